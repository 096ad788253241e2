// What frames every screen, in Chinese.

import type { Texts } from '../en'

export const product = 'Quayside'
export const skip = '跳到正文'
export const notice = '控制中心通知'
export const dismiss = '知道了'
export const times: Texts['times'] = (n) => `${n} 次`
export const ago: Texts['ago'] = (span) => `${span}前`

export const theme: Texts['theme'] = {
  title: '颜色',
  system: '跟随系统',
  light: '浅色',
  dark: '深色',
  toDark: '使用深色',
  toLight: '使用浅色',
}

export const nav: Texts['nav'] = {
  label: '页面',
  overview: '总览',
  containers: '容器',
  hosts: '主机',
  events: '事件',
  admin: '管理',
  me: '我的账号',
  users: '用户',
  invites: '邀请',
  audit: '审计日志',
  settings: '设置',
  actions: '操作',
  language: '语言',
  account: (username) => `${username} 的账号`,
  find: '容器、主机、页面，或“停止 web”…',
  found: '查找结果',
  nothing: '这里什么也没有',
  nothingHint: '没有这个页面，或当前角色无权查看。',
  unloaded: '页面的这一部分未能加载',
}

export const roleNames: Texts['roleNames'] = { viewer: '只读', user: '用户', teacher: '教师', operator: '运维', admin: '管理员' }

export const roles: Texts['roles'] = {
  viewer: '只读：可查看全部，不能更改',
  user: '用户：只能查看和更改自己的资源',
  teacher: '教师：自己的资源和自己的课程',
  operator: '运维：所有主机上的所有容器',
  admin: '管理员：全部权限',
}

export const hints: Texts['hints'] = {
  invalid: '请修改提示中指出的内容后重试。',
  unauthenticated: '请重新登录。',
  forbidden: '当前角色无权执行，运维或管理员可以。',
  not_found: '它已不存在，或从未存在过。',
  conflict: '状态已发生变化，请查看当前状态。',
  too_large: '请减少单次发送的内容。',
  limited: '请稍候再试。',
  engine: '以上是该主机的 Docker Engine 返回的原文。',
  unavailable: '请检查主机是否在运行、控制中心能否连上它；原因见“主机”页面。',
  timeout: '操作可能仍在进行，状态会实时显示。',
  full: '存储空间已满：请先删除一些内容再重试。',
  internal: '控制中心出错，详情见其日志。',
}

export const keys: Texts['keys'] = {
  title: '快捷键',
  search: '搜索',
  move: '在表格中移动',
  open: '打开选中项',
  toggle: '启动或停止选中的容器、重启、查看日志',
  select: '勾选当前容器',
  menu: '当前容器的操作',
  go: '总览、容器、主机、事件、我的账号',
  palette: '查找任何容器、主机、页面或操作',
  help: '本列表',
  terminal: '在终端内打开查找（其余按键都交给终端）',
  escape: '关闭，或清空搜索',
  close: '关闭',
}
