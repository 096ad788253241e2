// Settings, in Korean.

import type { Texts } from '../en'

export const settings: Texts['settings'] = {
  words: '허브 시작 이후 적용 중인 값과 그 출처',
  search: '설정 검색',
  only: '직접 지정한 것만',
  key: '키',
  value: '값',
  from: '출처',
  sources: { flag: '명령행', variable: '환경 변수', file: '파일', default: '기본값' },
  unset: '지정 안 함',
}
