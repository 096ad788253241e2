// Accounts, for admins, in Chinese.

import type { Texts } from '../en'

export const users: Texts['users'] = {
  user: '用户',
  role: '角色',
  since: '创建时间',
  search: '搜索用户',
  noneHint: '没有名称、邮箱或角色匹配的账号。',
  add: '新建用户',
  create: '创建',
  edit: (username) => `更改 ${username}`,
  passwordHint: '如果留空，设置密码之前该账号无法登录。',
  active: '正常',
  disabled: '已禁用',
  noPassword: '未设密码',
  actions: (username) => `${username} 的操作`,
  reset: '设置新密码…',
  resetName: (username) => `${username} 的新密码`,
  resetWords: '该账号的所有会话将结束。',
  done: '操作记录',
  enable: '启用',
  disable: '禁用',
  disableName: (username) => `禁用 ${username}`,
  disableWords: '该账号将无法登录，其会话、令牌和连接立即结束；其拥有的资源保留。',
  removeName: (username) => `删除 ${username}`,
  removeWords: '账号及其会话和令牌将永久消失。其容器继续运行，但不再有所有者。',
  notChanged: (username) => `未能更改 ${username}`,
  notRemoved: (username) => `未能删除 ${username}`,
}
