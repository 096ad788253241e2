// Accounts, for admins, in Korean.

import type { Texts } from '../en'

export const users: Texts['users'] = {
  user: '사용자',
  role: '역할',
  since: '생성 시각',
  search: '사용자 검색',
  noneHint: '이름, 이메일, 역할이 일치하는 계정이 없습니다.',
  add: '새 사용자',
  create: '만들기',
  edit: (username) => `${username} 변경`,
  passwordHint: '비워 두면 비밀번호를 정할 때까지 로그인할 수 없습니다.',
  active: '사용 중',
  disabled: '비활성',
  noPassword: '비밀번호 없음',
  actions: (username) => `${username} 작업`,
  reset: '새 비밀번호 설정 …',
  resetName: (username) => `${username}의 새 비밀번호`,
  resetWords: '이 계정의 모든 세션이 끝납니다.',
  done: '활동 기록',
  enable: '활성화',
  disable: '비활성화',
  disableName: (username) => `${username} 비활성화`,
  disableWords: '더는 로그인할 수 없고 세션, 토큰, 연결이 즉시 끝납니다. 소유한 컨테이너는 그대로 남습니다.',
  removeName: (username) => `${username} 삭제`,
  removeWords: '계정이 세션, 토큰과 함께 완전히 사라집니다. 컨테이너는 소유자 없이 계속 실행됩니다.',
  notChanged: (username) => `${username}을(를) 변경하지 못했습니다`,
  notRemoved: (username) => `${username}을(를) 삭제하지 못했습니다`,
}
