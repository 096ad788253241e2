// Images, in Korean.

import type { Texts } from '../en'

export const images: Texts['images'] = {
  title: '이미지',
  search: '이미지 검색',
  tags: '이름',
  size: '크기',
  created: '생성 시각',
  untagged: '이름 없음',
  empty: '아직 이미지가 없습니다',
  emptyHint: '이 호스트에서 pull, load 또는 build한 이미지가 여기에 표시됩니다. 먼저 하나를 pull하세요.',
  pull: '이미지 pull',
  pullTo: (host) => `${host}에 이미지 pull`,
  pulling: '이미지 pull 현황',
  pulls: { running: 'pull하는 중 …', done: 'pull 완료', failed: 'pull 실패' },
  untold: '진행률은 WebSocket으로만 알 수 있는데, 지금 이 페이지에는 WebSocket 연결이 없습니다.',
  reference: '이미지 이름',
  referenceHint: 'Docker Hub가 아니면 레지스트리까지 적습니다. 태그가 없으면 latest입니다.',
  registry: '레지스트리에 로그인이 필요합니다',
  remove: (image) => `${image} 삭제`,
  removeWords: (image, host, size) => `${host}에서 ${image}(${size})을(를) 삭제합니다. 레지스트리에 있으면 다시 pull 할 수 있습니다.`,
  force: '중지된 컨테이너가 쓰고 있거나 이름이 여럿이어도 삭제',
  notRemoved: (image, host) => `${host}에서 ${image}을(를) 삭제하지 못했습니다`,
  usedBy: '사용하는 곳',
  used: (n) => `컨테이너 ${n}개`,
}
