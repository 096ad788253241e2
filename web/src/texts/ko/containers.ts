// Containers, in Korean.

import type { Texts } from '../en'
import type * as en from '../en/containers'
import { count } from './count'

export const states: Record<keyof typeof en.states, string> = {
  running: '실행 중',
  exited: '종료됨',
  created: '생성됨',
  paused: '일시정지',
  restarting: '재시작 중',
  removing: '삭제 중',
  dead: '사용 불가',
  gone: '삭제됨',
  unhealthy: '비정상',
}

export const containers: Texts['containers'] = {
  title: '컨테이너',
  label: '모든 호스트의 컨테이너',
  summary: (shown, all, hosts) =>
    shown === all ? `${count(hosts, '호스트')}에 ${count(all, '컨테이너')}` : `${count(all, '컨테이너')} 중 ${shown}개`,
  partial: (online, all) => `호스트 ${all}개 중 ${online}개 응답`,
  search: '이름, 이미지, ID, 레이블, 포트 검색 …',
  searchLabel: '컨테이너 검색',
  columns: {
    state: '상태',
    name: '이름',
    image: '이미지',
    host: '호스트',
    status: '경과',
    cpu: 'CPU',
    memory: '메모리',
    ports: '포트',
    actions: '작업',
  },
  sort: (column) => `${column} 기준으로 정렬`,
  of: (limit) => `/ ${limit}`,
  was: (state) => `마지막 상태: ${state}`,
  asOf: (span) => `호스트 연결 끊긴 지 ${span}`,
  up: (span) => `가동 ${span}`,
  created: (time) => `생성 ${time}`,
  started: (time) => `시작 ${time}`,
  finished: (time) => `종료 ${time}`,
  gone: '보는 동안 삭제되었습니다',
  empty: '아직 컨테이너가 없습니다',
  emptyHint: '어느 호스트에든 컨테이너가 생기면 여기에 자동으로 나타납니다: docker run -d --name web nginx',
  none: '일치하는 컨테이너가 없습니다',
  noneHint: '검색어나 필터를 바꿔 보세요.',
  reset: '모든 컨테이너 보기',
  waiting: '첫 목록을 기다리는 중 …',
  open: (where) => `${where} 열기`,
  more: (n) => `+${n}`,
}
