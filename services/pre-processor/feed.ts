/** A feed's row as a poll sees it. */
export interface Feed {
  id: number;
  url: string;
  host: string;
  tenantId: string | null;
  /** `name:password`, sent as basic authorization to the feed's own origin. */
  credential: string | null;
  siteUrl: string | null;
  title: string | null;
  subscriberCount: number;
  createdAt: Date;
  etag: string | null;
  lastModified: string | null;
  bodyHash: Buffer | null;
  postGapSeconds: number | null;
  newestItemAt: Date | null;
  minimumIntervalSeconds: number;
  state: FeedState;
  lastPolledAt: Date | null;
  lastSuccessAt: Date | null;
  errorCount: number;
  failingSince: Date | null;
  redirectUrl: string | null;
  redirectCount: number;
  redirectSince: Date | null;
  /** A hub tells us of its news. */
  isPushed: boolean;
}

export type FeedState = 'pending' | 'ok' | 'failing' | 'gone';

/** Everything that a poll writes into the feed's row; the names are those of the columns. */
export interface FeedUpdate {
  id: number;
  etag: string | null;
  last_modified: string | null;
  /** `\x…` */
  body_hash: string | null;
  next_poll_at: string;
  post_gap_seconds: number | null;
  newest_item_at: string | null;
  minimum_interval_seconds: number;
  state: FeedState;
  last_success_at: string | null;
  has_changed: boolean;
  last_status: number | null;
  error_code: string | null;
  error_message: string | null;
  error_count: number;
  failing_since: string | null;
  retry_after_at: string | null;
  redirect_url: string | null;
  redirect_count: number;
  redirect_since: string | null;
  /** What the document says of the feed; null keeps what is known. */
  header: FeedHeader | null;
  /** The articles of the last document; null keeps them. */
  article_ids: number[] | null;
  /** The last document broke off: what it had joins what was there. */
  keeps_document: boolean;
}

export interface FeedHeader {
  title: string | null;
  site_url: string | null;
  description: string | null;
  language: string | null;
  image_url: string | null;
  format: string;
  /** The hub that the feed offers, and the address it knows the feed by. */
  hub_url: string | null;
  topic_url: string | null;
}
