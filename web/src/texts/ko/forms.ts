// Forms and questions, in Korean.

import type { Texts } from '../en'

export const forms: Texts['forms'] = {
  cancel: '취소',
  save: '저장',
  edit: '편집',
  remove: '삭제',
  removing: '삭제하는 중 …',
  copy: '복사',
  copied: '복사됨',
  once: '지금 한 번만 표시됩니다. 닫기 전에 복사하세요.',
  optional: '비워 둘 수 있음',
  done: '완료',
  file: '파일에서 …',
  fileFor: (label) => `${label}: 파일에서 읽기`,
  typeName: (name) => `계속하려면 ${name}을(를) 입력하세요`,
  saved: '저장됨',
  more: '더 보기',
  loading: '허브를 기다리는 중 …',
  never: '만료 없음',
  days: (n) => `${n}일`,
}
