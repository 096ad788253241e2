// Invites, in Chinese.

import type { Texts } from '../en'

export const invites: Texts['invites'] = {
  for: '受邀人',
  add: '新建邀请',
  nameHint: '将要创建的账号的名称。',
  make: '生成邀请',
  link: (username) => `${username} 的邀请链接`,
  linkHint: '打开链接的人设置密码后即拥有该账号，仅可使用一次。',
  empty: '没有待接受的邀请',
  emptyHint: '邀请是一个链接，对方可据此以你指定的名称和角色创建账号。',
  remove: (username) => `删除 ${username} 的邀请`,
  removeWords: '链接将立即失效。',
  notRemoved: (username) => `未能删除 ${username} 的邀请`,
  accept: '创建账号',
  acceptWords: '你已受邀，请设置密码。',
}
