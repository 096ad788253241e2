// Invites, in Korean.

import type { Texts } from '../en'

export const invites: Texts['invites'] = {
  for: '대상',
  add: '새 초대',
  nameHint: '만들어질 계정의 이름입니다.',
  make: '초대 만들기',
  link: (username) => `${username} 초대 링크`,
  linkHint: '링크를 연 사람이 비밀번호를 정하고 계정을 갖게 됩니다. 한 번만 쓸 수 있습니다.',
  empty: '대기 중인 초대가 없습니다',
  emptyHint: '초대는 정해 둔 이름과 역할로 계정을 만들 수 있는 링크입니다.',
  remove: (username) => `${username} 초대 삭제`,
  removeWords: '링크를 즉시 쓸 수 없게 됩니다.',
  notRemoved: (username) => `${username} 초대를 삭제하지 못했습니다`,
  accept: '계정 만들기',
  acceptWords: '초대받았습니다. 비밀번호를 정하세요.',
}
