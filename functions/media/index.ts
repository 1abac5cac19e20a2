import './tables.ts';

export { type LinkContext, url } from './links.ts';
export {
  attach,
  eraseOwner,
  exportOwner,
  info,
  type MediumInfo,
  type NewMedia,
  remove,
  type StoredMedium,
  store,
} from './media.ts';
export { countMissingObjects } from './queries/objects.ts';
export { restoreBytes } from './restore.ts';
export type { MediaType } from './rules/media-types.ts';
