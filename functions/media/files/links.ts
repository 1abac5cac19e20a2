import type { Config } from '#shared/config/config.ts';
import { checkLink, type LinkTarget, linkExpiry, signatureOf } from './rules/link.ts';
import { type MediaType, mediaTypeRules } from './rules/media-types.ts';

type LinkConfig = Pick<
  Config,
  'PUBLIC_BASE_URL' | 'MEDIA_URL_SECRET' | 'MEDIA_URL_SECRET_PREVIOUS' | 'MEDIA_LINK_WINDOW'
>;

/** What links are made with: the configuration and the present time. */
export interface LinkContext {
  readonly config: LinkConfig;
  readonly now: () => Date;
}

const signed = (path: string, target: LinkTarget, exp: string, config: LinkConfig): string =>
  `${config.PUBLIC_BASE_URL}/api/v6/media/${path}?exp=${exp}&sig=${signatureOf(target, exp, config.MEDIA_URL_SECRET)}`;

const downloadUrl = ({ config, now }: LinkContext, type: MediaType, id: string, path: string): string => {
  if (mediaTypeRules(type).public) return `${config.PUBLIC_BASE_URL}/api/v6/media/${path}`;
  const exp = String(linkExpiry(now(), config.MEDIA_LINK_WINDOW));
  return signed(path, { purpose: 'media.get', id }, exp, config);
};

/** The absolute URL of a file; a link unless the type is public. Does no I/O. */
export const url = (context: LinkContext, type: MediaType, id: string): string =>
  downloadUrl(context, type, id, `${type}/${id}`);

/** The absolute URL of a media file's metadata, under the same signature. */
export const metadataUrl = (context: LinkContext, type: MediaType, id: string): string =>
  downloadUrl(context, type, id, id);

/** The absolute URL to which the bytes of an upload are sent until it expires. */
export const uploadUrl = ({ config }: Pick<LinkContext, 'config'>, id: string, expiresAt: Date): string =>
  signed(`uploads/${id}`, { purpose: 'media.put', id }, String(expiresAt.getTime() / 1_000), config);

/** Whether a query opens the target now; `absent` when it holds no part of a link. */
export const openedBy = (
  { config, now }: LinkContext,
  target: LinkTarget,
  rawQuery: string,
): 'valid' | 'invalid' | 'absent' => {
  const secrets = [config.MEDIA_URL_SECRET, config.MEDIA_URL_SECRET_PREVIOUS];
  return checkLink(
    target,
    rawQuery,
    secrets.filter((secret) => secret !== undefined),
    now(),
  );
};
