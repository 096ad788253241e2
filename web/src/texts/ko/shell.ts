// What frames every screen, in Korean.

import type { Texts } from '../en'

export const product = 'Quayside'
export const skip = '본문으로 건너뛰기'
export const notice = '허브가 알립니다'
export const dismiss = '확인했습니다'
export const times: Texts['times'] = (n) => `${n}번`
export const ago: Texts['ago'] = (span) => `${span} 전`

export const theme: Texts['theme'] = {
  title: '색상',
  system: '시스템 설정',
  light: '밝게',
  dark: '어둡게',
  toDark: '어두운 색으로 보기',
  toLight: '밝은 색으로 보기',
}

export const nav: Texts['nav'] = {
  label: '화면',
  overview: '개요',
  containers: '컨테이너',
  hosts: '호스트',
  events: '이벤트',
  admin: '관리',
  me: '내 계정',
  users: '사용자',
  invites: '초대',
  audit: '감사 로그',
  settings: '설정',
  actions: '작업',
  language: '언어',
  account: (username) => `${username} 계정`,
  find: '컨테이너, 호스트, 화면, 또는 “중지 web” …',
  found: '찾은 항목',
  nothing: '여기에는 아무것도 없습니다',
  nothingHint: '그런 화면이 없거나 현재 역할로는 볼 수 없습니다.',
  unloaded: '페이지의 이 부분을 가져오지 못했습니다',
}

export const roleNames: Texts['roleNames'] = { viewer: '뷰어', user: '사용자', teacher: '교사', operator: '운영자', admin: '관리자' }

export const roles: Texts['roles'] = {
  viewer: '뷰어: 모두 볼 수 있지만 아무것도 바꾸지 못합니다',
  user: '사용자: 자신의 것만 보고 바꿉니다',
  teacher: '교사: 자신의 것과 자신의 강좌',
  operator: '운영자: 모든 호스트의 모든 컨테이너',
  admin: '관리자: 모든 권한',
}

export const hints: Texts['hints'] = {
  invalid: '메시지가 가리키는 값을 고친 뒤 다시 시도하세요.',
  unauthenticated: '다시 로그인하세요.',
  forbidden: '현재 역할로는 할 수 없습니다. 운영자나 관리자는 할 수 있습니다.',
  not_found: '이미 사라졌거나 처음부터 없던 대상입니다.',
  conflict: '그사이 상태가 바뀌었습니다. 현재 상태를 확인하세요.',
  too_large: '한 번에 보내는 양을 줄이세요.',
  limited: '잠시 기다린 뒤 다시 시도하세요.',
  engine: '해당 호스트의 Docker Engine이 보낸 메시지입니다.',
  unavailable: '호스트가 켜져 있고 허브에서 연결할 수 있는지 확인하세요. 무엇이 문제인지는 호스트 화면에 나옵니다.',
  timeout: '아직 진행 중일 수 있습니다. 상태는 실시간으로 표시됩니다.',
  full: '저장 공간이 가득 찼습니다. 필요 없는 것을 삭제한 뒤 다시 시도하세요.',
  internal: '허브에 오류가 있습니다. 자세한 내용은 허브의 로그에 있습니다.',
}

export const keys: Texts['keys'] = {
  title: '단축키',
  search: '검색',
  move: '표에서 이동',
  open: '선택한 항목 열기',
  toggle: '선택한 컨테이너 시작·중지, 재시작, 로그',
  select: '선택한 컨테이너 체크',
  menu: '선택한 컨테이너의 작업',
  go: '개요, 컨테이너, 호스트, 이벤트, 내 계정',
  palette: '컨테이너, 호스트, 화면, 작업 찾기',
  help: '이 목록',
  terminal: '터미널 안에서 찾기(다른 키는 모두 터미널로 갑니다)',
  escape: '닫기 또는 검색어 지우기',
  close: '닫기',
}
