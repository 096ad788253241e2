// Hosts, in Korean.

import type { Texts } from '../en'
import type * as en from '../en/hosts'
import { count } from './count'

export const hostStates: Record<keyof typeof en.hostStates, string> = { online: '온라인', offline: '오프라인', connecting: '연결 중' }

export const hosts: Texts['hosts'] = {
  title: '호스트',
  summary: (online, all) => (online === all ? `${count(all, '호스트')}, 모두 응답` : `${count(all, '호스트')} 중 ${online}개 응답`),
  running: (running, total) => `${total}개 중 ${running}개 실행 중`,
  runningLabel: '컨테이너',
  cpu: 'CPU',
  memory: '메모리',
  cpus: (n) => count(n, 'CPU'),
  of: (used, all) => `${used} / ${all}`,
  engine: '엔진',
  address: '주소',
  system: '시스템',
  configured: '설정에서',
  added: '실행 중에 추가됨',
  origin: '출처',
  lastSeen: '마지막으로 본 값',
  empty: '아직 호스트가 없습니다',
  emptyHint: '허브가 지켜보는 Docker 호스트가 여기에 나옵니다. 시작할 때 지정하세요: quayside serve --host name=unix:///var/run/docker.sock',
  noReason: '이유가 주어지지 않음',
  history: '이력',
  changes: '연결되고 끊긴 시각',
  show: (host) => `${host}의 컨테이너`,
}
