// The containers' table, in Chinese.

import type { Texts } from '../en'

export const table: Texts['table'] = {
  selection: '选择',
  filters: '筛选',
  group: '分组',
  groups: { '': '不分组', host: '主机', project: '项目', owner: '所有者' },
  without: { host: '无主机', project: '无项目', owner: '无所有者' },
  running: (running, all) => `运行中 ${running}，共 ${all}`,
  fold: (name) => `折叠 ${name}`,
  unfold: (name) => `展开 ${name}`,
  upSince: '运行自',
  project: (name) => `项目 ${name}`,
}
