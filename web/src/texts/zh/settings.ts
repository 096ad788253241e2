// Settings, in Chinese.

import type { Texts } from '../en'

export const settings: Texts['settings'] = {
  words: '自控制中心启动起生效的配置及其来源',
  search: '搜索配置项',
  only: '仅显示已设置的',
  key: '键',
  value: '值',
  from: '来源',
  sources: { flag: '命令行', variable: '环境变量', file: '文件', default: '默认' },
  unset: '未设置',
}
