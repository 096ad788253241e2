// The overview, in Korean.

import type { Texts } from '../en'

export const overview: Texts['overview'] = {
  title: '개요',
  hosts: '호스트',
  attention: '확인 필요',
  calm: '확인이 필요한 항목이 없습니다',
  calmHint: '오류로 종료되었거나, 메모리가 부족했거나, 상태 검사에 실패하거나, 재시작을 반복하는 컨테이너와 연결이 끊긴 호스트가 여기에 표시됩니다.',
  now: '지금 일어나는 일',
  quiet: '최근 15분 동안 이벤트가 없습니다',
  top: '사용량 상위',
  topEmpty: '실행 중인 컨테이너를 처음 측정하면 수치가 나타납니다.',
  more: (n) => `${n}개 더`,
  allEvents: '모든 이벤트',
  allContainers: '모든 컨테이너',
  away: (reason) => `연결 끊김: ${reason}`,
  by: '기준',
}
