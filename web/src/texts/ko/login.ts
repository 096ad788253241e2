// The login, in Korean.

import type { Texts } from '../en'

export const login: Texts['login'] = {
  title: '로그인',
  username: '사용자 이름',
  password: '비밀번호',
  submit: '로그인',
  busy: '로그인하는 중 …',
  logout: '로그아웃',
  logoutFailed: '아직 로그인되어 있습니다. 허브가 로그아웃 요청에 응답하지 않았습니다',
  ended: '세션이 끝났습니다. 로그인하면 보던 화면으로 돌아갑니다.',
  show: '비밀번호 보기',
  hide: '비밀번호 숨기기',
  wait: (seconds) => `${seconds}초 뒤에 다시 시도하세요.`,
  reaching: '허브를 찾는 중 …',
  first: '첫 계정은 admin입니다. 비밀번호는 허브를 처음 시작할 때 출력되었습니다.',
  wrong: '사용자 이름이나 비밀번호가 올바르지 않습니다.',
  tooMany: '시도 횟수가 너무 많습니다.',
  again: '이제 다시 시도할 수 있습니다.',
}
