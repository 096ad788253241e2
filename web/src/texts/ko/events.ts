// Events, in Korean.

import type { Texts } from '../en'
import { count } from './count'

export const events: Texts['events'] = {
  title: '이벤트',
  label: '이벤트, 최신순',
  type: '종류',
  host: '호스트',
  action: '동작',
  range: '기간',
  pause: '일시정지',
  resume: '계속',
  waiting: (n) => count(n, '새 이벤트'),
  gap: (host) => (host === null ? '빠진 이벤트가 있습니다' : `${host}의 이벤트가 빠졌습니다`),
  gapReasons: {
    engine: '엔진에 연결할 수 없었거나, 엔진이 재시작되었거나, 엔진에 그 이벤트가 더는 없습니다.',
    retention: '허브가 보관하는 기간보다 오래되었습니다.',
  },
  inferred: '추정',
  inferredHint: '엔진이 알린 것이 아니라 목록을 다시 읽을 때 발견한 것입니다',
  exit: (code) => `종료 코드 ${code}`,
  clear: '필터 해제',
  empty: '아직 아무 일도 없었습니다',
  emptyHint: '어느 호스트에서든 Docker가 하는 일이 일어나는 대로 나타납니다: 컨테이너의 시작·중지·종료, 이미지 pull, 네트워크 생성.',
  none: '해당하는 이벤트가 없습니다',
  noneHint: '이 기간에 조건에 맞는 이벤트가 없습니다.',
  refused: '허브가 이 필터를 거부했습니다',
  histogram: '이벤트 수',
  histogramHint: '드래그하거나 Enter를 누르면 그 구간만 표시합니다. Shift를 함께 누르면 구간이 늘어납니다',
  bar: (from, to, all, bad) => `${from} – ${to}: ${count(all, '이벤트')}${bad > 0 ? `, 문제 ${bad}개` : ''}`,
  around: (time) => `${time} 전후`,
  older: '이전 이벤트를 읽는 중 …',
  beginning: '이 기간의 이벤트가 모두 표시되었습니다.',
  ahead: (n: number) => `여기에는 ${n}개의 행만 유지됩니다. 더 최근의 행은 목록에서 뺐습니다.`,
  toNewest: '가장 최근으로',
  counting: '아직 세는 중',
}
