import type { MediaType } from './files/rules/media-types.ts';

interface MediaObjects {
  sha256: string;
  size: number;
  content_type: string;
  /** Number of `media` rows with this digest; 0 is a removal that is due. */
  ref_count: number;
  missing_since: Date | null;
  /** Lease of whoever removes the bytes, and its token. */
  removing_until: Date | null;
  created_at: Date;
}

interface Media {
  /** `<UUID v4>.<extension>`. */
  id: string;
  type: MediaType;
  sha256: string;
  original_name: string | null;
  /** Null for a service. */
  owner_user_id: number | null;
  attached_at: Date | null;
  created_at: Date;
}

interface MediaUploads {
  id: string;
  media_type: MediaType;
  size: number;
  expected_sha256: string | null;
  original_name: string;
  by_service: 0 | 1;
  owner_user_id: number | null;
  status: 'open' | 'completing' | 'completed' | 'expired';
  lease_until: Date | null;
  media_id: string | null;
  expires_at: Date;
  created_at: Date;
}

interface MediaObjectHolds {
  id: string;
  sha256: string;
  held_until: Date;
  created_at: Date;
}

interface MediaSweepLease {
  id: 1;
  token: string | null;
  lease_until: Date;
  created_at: Date;
}

declare module '#shared/database/tables.ts' {
  interface Tables {
    media_objects: MediaObjects;
    media_object_holds: MediaObjectHolds;
    media: Media;
    media_uploads: MediaUploads;
    media_sweep_lease: MediaSweepLease;
  }
}
