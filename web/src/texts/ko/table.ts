// The containers' table, in Korean.

import type { Texts } from '../en'

export const table: Texts['table'] = {
  selection: '선택',
  filters: '필터',
  sort: '정렬',
  turn: '순서 뒤집기',
  orders: {
    state: ['오름차순', '내림차순'],
    name: ['오름차순', '내림차순'],
    image: ['오름차순', '내림차순'],
    host: ['오름차순', '내림차순'],
    status: ['오래된 순', '최신순'],
    cpu: ['작은 순', '큰 순'],
    memory: ['작은 순', '큰 순'],
  },
  group: '묶기',
  groups: { '': '묶지 않음', host: '호스트', project: '프로젝트', owner: '소유자' },
  without: { host: '호스트 없음', project: '프로젝트 없음', owner: '소유자 없음' },
  running: (running, all) => `${all}개 중 ${running}개 실행 중`,
  fold: (name) => `${name} 접기`,
  unfold: (name) => `${name} 펼치기`,
  upSince: '가동 시작',
  project: (name) => `프로젝트 ${name}`,
}
