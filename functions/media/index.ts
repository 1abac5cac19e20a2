import './tables.ts';

export { type LinkContext, url } from './files/links.ts';
export {
  attach,
  info,
  type MediaFileInfo,
  type NewMediaFileInput,
  remove,
  type StoredMediaFile,
  store,
} from './files/media-files.ts';
export { countMissingObjects } from './files/queries/objects.ts';
export { restoreBytes } from './files/restore.ts';
export type { MediaType } from './files/rules/media-types.ts';
