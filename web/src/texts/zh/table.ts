// The containers' table, in Chinese.

import type { Texts } from '../en'

export const table: Texts['table'] = {
  selection: '选择',
  filters: '筛选',
  sort: '排序',
  turn: '反转顺序',
  orders: {
    state: ['升序', '降序'],
    name: ['升序', '降序'],
    image: ['升序', '降序'],
    host: ['升序', '降序'],
    status: ['最早在前', '最新在前'],
    cpu: ['从小到大', '从大到小'],
    memory: ['从小到大', '从大到小'],
  },
  group: '分组',
  groups: { '': '不分组', host: '主机', project: '项目', owner: '所有者' },
  without: { host: '无主机', project: '无项目', owner: '无所有者' },
  running: (running, all) => `运行中 ${running}，共 ${all}`,
  fold: (name) => `折叠 ${name}`,
  unfold: (name) => `展开 ${name}`,
  upSince: '运行自',
  project: (name) => `项目 ${name}`,
}
