// The login, in Chinese.

import type { Texts } from '../en'

export const login: Texts['login'] = {
  title: '登录',
  username: '用户名',
  password: '密码',
  submit: '登录',
  busy: '正在登录…',
  logout: '退出登录',
  logoutFailed: '尚未退出：控制中心没有响应退出请求',
  ended: '会话已结束。重新登录后可回到原来的页面。',
  show: '显示密码',
  hide: '隐藏密码',
  wait: (seconds) => `请在 ${seconds} 秒后重试。`,
  reaching: '正在连接控制中心…',
  first: '第一个账号是 admin，其密码已在控制中心首次启动时输出。',
  wrong: '用户名或密码不正确。',
  tooMany: '尝试次数过多。',
  again: '现在可以重试了。',
}
