// Images, in English.

import { count } from './count'

export const images = {
  title: 'Images',
  search: 'Search images',
  tags: 'Name',
  size: 'Size',
  created: 'Made',
  untagged: 'without a name',
  empty: 'No images yet',
  emptyHint: 'Images that this host has pulled, loaded or built are listed here. Pull one to begin.',
  pull: 'Pull',
  pullTo: (host: string) => `Pull an image to ${host}`,
  pulling: 'Pulls',
  pulls: { running: 'pulling …', done: 'pulled', failed: 'not pulled' },
  untold: 'How far it is, is told only over a WebSocket; this page has none just now.',
  reference: 'Image',
  referenceHint: 'With its registry where it is not Docker Hub; without a tag, latest.',
  registry: 'The registry wants a login',
  remove: (image: string) => `Remove ${image}`,
  removeWords: (image: string, host: string, size: string) => `${image} (${size}) is taken from ${host}. It can be pulled again, if a registry has it.`,
  force: 'Also if stopped containers use it or it has several names',
  notRemoved: (image: string, host: string) => `${image} was not removed from ${host}`,
  usedBy: 'Used by',
  used: (n: number) => count(n, 'container', 'containers'),
}
