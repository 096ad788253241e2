// The overview, in Korean.

import type { Texts } from '../en'

export const overview: Texts['overview'] = {
  title: '개요',
  hosts: '호스트',
  attention: '확인 필요',
  calm: '확인할 것이 없습니다',
  calmHint: '종료되었거나, 메모리가 부족했거나, 비정상이거나, 재시작을 반복하는 컨테이너와 연결이 끊긴 호스트가 여기에 나옵니다.',
  now: '지금 일어나는 일',
  quiet: '15분 동안 조용합니다',
  top: '가장 많이 쓰는 것',
  topEmpty: '실행 중인 컨테이너를 처음 측정하면 수치가 나타납니다.',
  more: (n) => `${n}개 더`,
  allEvents: '모든 이벤트',
  allContainers: '모든 컨테이너',
  away: (reason) => `연결 끊김: ${reason}`,
  by: '기준',
}
