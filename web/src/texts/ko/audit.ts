// The audit log, in Korean.

import type { Texts } from '../en'

export const audit: Texts['audit'] = {
  words: '모든 변경과 로그인, 거부된 요청을 최신순으로 보여 줍니다',
  filter: '감사 로그 필터',
  when: '시각',
  who: '사용자',
  what: '작업',
  which: '대상',
  since: '시작',
  until: '끝',
  from: '주소',
  result: '결과',
  detail: '상세',
  nobody: '없음',
  all: '모두 보기',
  empty: '기록이 없습니다',
  emptyHint: '일치하는 기록이 없습니다. 변경, 로그인, 터미널, 거부된 요청은 바로 기록됩니다.',
}
