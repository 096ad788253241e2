// The audit log, in Chinese.

import type { Texts } from '../en'

export const audit: Texts['audit'] = {
  words: '所有更改、登录和被拒绝的请求，最新在前',
  filter: '筛选审计日志',
  when: '时间',
  who: '用户',
  what: '操作',
  which: '对象',
  since: '起始',
  until: '截止',
  from: '地址',
  result: '结果',
  detail: '详情',
  nobody: '无',
  all: '显示全部',
  empty: '没有记录',
  emptyHint: '没有匹配的记录。更改、登录、终端和被拒绝的请求都会即时记录。',
}
