// Made by `npm run wire` from the server's OpenAPI document. Do not edit: a test compares.

export type ErrorCode =
  | 'EVENT_NOT_OBJECT'
  | 'EVENT_FIELD_UNKNOWN'
  | 'EVENT_NAME_MISSING'
  | 'EVENT_NAME_INVALID'
  | 'EVENT_ID_INVALID'
  | 'EVENT_UUID_INVALID'
  | 'EVENT_APP_MISMATCH'
  | 'EVENT_TIMESTAMP_INVALID'
  | 'EVENT_TIMESTAMP_OUT_OF_RANGE'
  | 'EVENT_TOO_OLD'
  | 'EVENT_TOO_OLD_FOR_KEY'
  | 'EVENT_USER_INVALID'
  | 'EVENT_FROM_BOT'
  | 'EVENT_DATA_INVALID'
  | 'EVENT_NUMBER_UNSAFE'
  | 'EVENT_TEXT_INVALID'
  | 'EVENT_KEY_REPEATED'
  | 'EVENT_KEY_TOO_LONG'
  | 'EVENT_PROPERTIES_TOO_MANY'
  | 'EVENT_TOO_DEEP'
  | 'EVENT_TOO_LARGE'
  | 'EVENT_NAMES_TOO_MANY'
  | 'BATCH_ALL_REJECTED'
  | 'APP_NAME_INVALID'
  | 'BODY_NOT_JSON'
  | 'BODY_NOT_UTF8'
  | 'BODY_EMPTY'
  | 'BODY_TOO_LARGE'
  | 'BODY_ENCODING_UNKNOWN'
  | 'BODY_ENCODING_BROKEN'
  | 'BODY_TYPE_UNSUPPORTED'
  | 'BODY_CUT_SHORT'
  | 'AUTH_REQUIRED'
  | 'AUTH_TOKEN_INVALID'
  | 'AUTH_FAILED'
  | 'AUTH_FORBIDDEN'
  | 'AUTH_CROSS_SITE'
  | 'AUTH_ORIGIN_REFUSED'
  | 'AUTH_TOO_MANY'
  | 'AUTH_BUSY'
  | 'SESSION_UNKNOWN'
  | 'RATE_LIMITED'
  | 'RATE_BATCH_TOO_LARGE'
  | 'QUOTA_REACHED'
  | 'GITHUB_UNAVAILABLE'
  | 'USER_EXISTS'
  | 'USER_INVALID'
  | 'USER_LAST_ADMIN'
  | 'USER_UNKNOWN'
  | 'USER_CONFIGURED'
  | 'KEY_UNKNOWN'
  | 'KEY_INVALID'
  | 'PARAMETER_UNKNOWN'
  | 'PARAMETER_INVALID'
  | 'QUESTION_INVALID'
  | 'CURSOR_INVALID'
  | 'RANGE_TOO_MANY_BUCKETS'
  | 'ERASE_FILTER_MISSING'
  | 'ERASURE_UNKNOWN'
  | 'ERASURE_TOO_MANY'
  | 'APP_SETTINGS_INVALID'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'HEADERS_TOO_LARGE'
  | 'REQUEST_INVALID'
  | 'PROPERTY_NOT_INDEXED'
  | 'QUERY_LIMIT_TIME'
  | 'QUERY_LIMIT_MEMORY'
  | 'QUERY_LIMIT_ROWS'
  | 'QUERY_LIMIT_SIZE'
  | 'QUERY_TOO_MANY'
  | 'QUERY_WAITED_TOO_LONG'
  | 'TIME_ZONES_TOO_MANY'
  | 'EVENT_TIMESTAMP_MISSING'
  | 'IMPORT_OUT_OF_STEP'
  | 'SAVED_UNKNOWN'
  | 'SAVED_TOO_MANY'
  | 'SAVED_IN_USE'
  | 'VERSION_STALE'
  | 'VERSION_MISSING'
  | 'SHARE_UNKNOWN'
  | 'SHARE_REFUSED'
  | 'SHARE_BUSY'
  | 'JOURNAL_FULL'
  | 'JOURNAL_UNAVAILABLE'
  | 'STORE_UNAVAILABLE'
  | 'STORE_SCHEMA_NEWER'
  | 'STORE_BEHIND'
  | 'SERVER_STOPPING'
  | 'LIVE_TOO_MANY'
  | 'SERVER_BUSY'
  | 'BUG';

/** An answer that refuses (RFC 9457). */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly instance: string;
  readonly remedy: string;
  /** Whether the same request may succeed later. */
  readonly retry: boolean;
  readonly field?: string;
};

export type Annotation = {
  readonly id: string;
  /** Send it along with a change. */
  readonly version: number;
  /** UTC, ISO 8601 with Z. */
  readonly createdAt: string;
  /** UTC, ISO 8601 with Z. */
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly updatedBy: string;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly date: string | number;
  readonly text: string;
};

export type Answer = {
  readonly kind: 'trend';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    /** Each series by each group, then the formula. */
    readonly series: readonly {
      readonly name: string;
      readonly measure: 'count' | 'users' | 'sessions' | 'perUser' | 'sum' | 'avg' | 'min' | 'max' | 'median' | 'p90' | 'p95' | 'p99' | 'uniqueValues' | 'formula';
      /** A value a field of the breakdown, or that the events do not have it; `other`: all groups beyond the limit. */
      readonly group?: (readonly ({
        readonly field: string;
        /** Any JSON value. */
        readonly value: unknown;
      } | {
        readonly field: string;
        readonly missing: true;
      })[]) | 'other';
      /** Of the whole range; distinct users are not the sum of the points. */
      readonly total: number | null;
      /** One a bucket, the empty ones too; absent without an interval. */
      readonly points?: readonly {
        /** UTC, ISO 8601 with Z. */
        readonly from: string;
        /** null: nothing to measure. */
        readonly value: number | null;
        /** The mean of so many points up to this one. */
        readonly movingAverage?: number | null;
      }[];
      /** Values that are no numbers. */
      readonly skipped?: number;
      readonly compare?: {
        /** UTC, ISO 8601 with Z. */
        readonly from: string;
        /** UTC, ISO 8601 with Z. */
        readonly to: string;
        /** Of the whole range; distinct users are not the sum of the points. */
        readonly total: number | null;
        /** One a bucket, the empty ones too; absent without an interval. */
        readonly points?: readonly {
          /** UTC, ISO 8601 with Z. */
          readonly from: string;
          /** null: nothing to measure. */
          readonly value: number | null;
          /** The mean of so many points up to this one. */
          readonly movingAverage?: number | null;
        }[];
      };
    }[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'funnel';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly steps: readonly {
      readonly step: number;
      readonly name: string;
      /** Users, or sessions. */
      readonly total: number;
      /** 0 to 1; null of nothing. */
      readonly conversion: number | null;
      /** 0 to 1; null of nothing. */
      readonly conversionFromPrevious: number | null;
      /** Made the step before and not this one. */
      readonly dropOff: number;
      /** Milliseconds; null when there is nothing to measure. */
      readonly medianMs: number | null;
      /** Milliseconds; null when there is nothing to measure. */
      readonly p90Ms: number | null;
      /** false while users may still come to this step: the range, or the window of some, is not over. */
      readonly complete: boolean;
    }[];
    readonly groups?: readonly {
      /** A value a field of the breakdown, or that the events do not have it; `other`: all groups beyond the limit. */
      readonly group: (readonly ({
        readonly field: string;
        /** Any JSON value. */
        readonly value: unknown;
      } | {
        readonly field: string;
        readonly missing: true;
      })[]) | 'other';
      readonly steps: readonly {
        readonly step: number;
        readonly name: string;
        /** Users, or sessions. */
        readonly total: number;
        /** 0 to 1; null of nothing. */
        readonly conversion: number | null;
        /** 0 to 1; null of nothing. */
        readonly conversionFromPrevious: number | null;
        /** Made the step before and not this one. */
        readonly dropOff: number;
        /** Milliseconds; null when there is nothing to measure. */
        readonly medianMs: number | null;
        /** Milliseconds; null when there is nothing to measure. */
        readonly p90Ms: number | null;
        /** false while users may still come to this step: the range, or the window of some, is not over. */
        readonly complete: boolean;
      }[];
    }[];
    readonly users?: readonly {
      readonly user?: string;
      readonly device?: string;
      readonly session?: string;
      /** UTC, ISO 8601 with Z. */
      readonly at: string;
    }[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'retention';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly cohorts: readonly {
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      readonly users: number;
      readonly periods: readonly {
        /** Periods since the cohort's own, which is 0. */
        readonly period: number;
        readonly users: number;
        /** 0 to 1; null of nothing. */
        readonly rate: number | null;
        /** false while the period still runs. */
        readonly complete: boolean;
      }[];
    }[];
    /** Of all cohorts that have come so far. */
    readonly average: readonly {
      readonly period: number;
      readonly users: number;
      /** 0 to 1; null of nothing. */
      readonly rate: number | null;
    }[];
    readonly groups?: readonly {
      /** A value a field of the breakdown, or that the events do not have it; `other`: all groups beyond the limit. */
      readonly group: (readonly ({
        readonly field: string;
        /** Any JSON value. */
        readonly value: unknown;
      } | {
        readonly field: string;
        readonly missing: true;
      })[]) | 'other';
      readonly cohorts: readonly {
        /** UTC, ISO 8601 with Z. */
        readonly from: string;
        readonly users: number;
        readonly periods: readonly {
          /** Periods since the cohort's own, which is 0. */
          readonly period: number;
          readonly users: number;
          /** 0 to 1; null of nothing. */
          readonly rate: number | null;
          /** false while the period still runs. */
          readonly complete: boolean;
        }[];
      }[];
      /** Of all cohorts that have come so far. */
      readonly average: readonly {
        readonly period: number;
        readonly users: number;
        /** 0 to 1; null of nothing. */
        readonly rate: number | null;
      }[];
    }[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'stickiness';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly periods: readonly {
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      readonly users: number;
      /** Intervals a user was active in. */
      readonly average: number | null;
      readonly distribution: readonly {
        readonly active: number;
        readonly users: number;
      }[];
    }[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'lifecycle';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly intervals: readonly {
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      /** UTC, ISO 8601 with Z. */
      readonly to: string;
      readonly new: number;
      readonly returning: number;
      readonly resurrecting: number;
      readonly dormant: number;
      /** false: the range cuts the interval, which is counted whole all the same, or it still runs. */
      readonly complete: boolean;
    }[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'paths';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly paths: number;
    readonly nodes: readonly ({
      readonly id: number;
      /** From the start, 0 to 5; towards an end 0, -1… */
      readonly step: number;
      /** Paths that go through it. */
      readonly total: number;
      /** Paths that go no further, where there is a further step. */
      readonly ended: number;
      /** Any JSON value. */
      readonly value: unknown;
    } | {
      readonly id: number;
      /** From the start, 0 to 5; towards an end 0, -1… */
      readonly step: number;
      /** Paths that go through it. */
      readonly total: number;
      /** Paths that go no further, where there is a further step. */
      readonly ended: number;
      readonly other: true;
    })[];
    /** In order of time, by the ids of nodes. */
    readonly links: readonly {
      readonly from: number;
      readonly to: number;
      readonly total: number;
    }[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'sessions';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly sessions: number;
    readonly users: number;
    /** null when there is none. */
    readonly eventsPerSession: number | null;
    /** Share of sessions of one event. */
    readonly bounceRate: number | null;
    /** Milliseconds; null when there is nothing to measure. */
    readonly averageMs: number | null;
    /** Milliseconds; null when there is nothing to measure. */
    readonly medianMs: number | null;
    /** Milliseconds; null when there is nothing to measure. */
    readonly p90Ms: number | null;
    readonly points?: readonly {
      readonly sessions: number;
      readonly users: number;
      /** null when there is none. */
      readonly eventsPerSession: number | null;
      /** Share of sessions of one event. */
      readonly bounceRate: number | null;
      /** Milliseconds; null when there is nothing to measure. */
      readonly averageMs: number | null;
      /** Milliseconds; null when there is nothing to measure. */
      readonly medianMs: number | null;
      /** Milliseconds; null when there is nothing to measure. */
      readonly p90Ms: number | null;
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
    }[];
    readonly entry: readonly ({
      readonly sessions: number;
      readonly event: string;
    } | {
      readonly sessions: number;
      readonly other: true;
    })[];
    readonly exit: readonly ({
      readonly sessions: number;
      readonly event: string;
    } | {
      readonly sessions: number;
      readonly other: true;
    })[];
    readonly list?: readonly {
      readonly user?: string;
      readonly device?: string;
      readonly session?: string;
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      /** UTC, ISO 8601 with Z. */
      readonly to: string;
      readonly durationMs: number;
      readonly events: number;
      readonly entry: string;
      readonly exit: string;
    }[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'users';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    /** All that match, on this page or not. */
    readonly total: number;
    readonly users: readonly {
      readonly user?: string;
      readonly device?: string;
      /** UTC, ISO 8601 with Z. */
      readonly firstSeen: string;
      /** UTC, ISO 8601 with Z. */
      readonly lastSeen: string;
      readonly events: number;
      readonly last: {
        readonly uuid: string;
        readonly app: string;
        readonly id: string;
        readonly event: string;
        /** UTC, ISO 8601 with Z. */
        readonly timestamp: string;
        /** UTC, ISO 8601 with Z. */
        readonly receivedAt: string;
        /** UTC, ISO 8601 with Z. */
        readonly clientTimestamp?: string;
        readonly user?: string;
        readonly device?: string;
        readonly session?: string;
        readonly data?: { readonly [name: string]: unknown };
      };
      readonly traits?: { readonly [name: string]: unknown };
    }[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'timeline';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly events: readonly {
      readonly uuid: string;
      readonly app: string;
      readonly id: string;
      readonly event: string;
      /** UTC, ISO 8601 with Z. */
      readonly timestamp: string;
      /** UTC, ISO 8601 with Z. */
      readonly receivedAt: string;
      /** UTC, ISO 8601 with Z. */
      readonly clientTimestamp?: string;
      readonly user?: string;
      readonly device?: string;
      readonly session?: string;
      readonly data?: { readonly [name: string]: unknown };
    }[];
    /** For `after`, when there is more. */
    readonly next?: string;
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'performance';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly total: {
      readonly count: number;
      /** Share of events for which the condition holds; absent without one. */
      readonly rate?: number | null;
      /** null of nothing. */
      readonly p50: number | null;
      /** null of nothing. */
      readonly p95: number | null;
      /** null of nothing. */
      readonly p99: number | null;
      /** null of nothing. */
      readonly max: number | null;
    };
    /** The worst first. */
    readonly groups: readonly {
      /** A value a field of the breakdown, or that the events do not have it; `other`: all groups beyond the limit. */
      readonly group: (readonly ({
        readonly field: string;
        /** Any JSON value. */
        readonly value: unknown;
      } | {
        readonly field: string;
        readonly missing: true;
      })[]) | 'other';
      readonly count: number;
      /** Share of events for which the condition holds; absent without one. */
      readonly rate?: number | null;
      /** null of nothing. */
      readonly p50: number | null;
      /** null of nothing. */
      readonly p95: number | null;
      /** null of nothing. */
      readonly p99: number | null;
      /** null of nothing. */
      readonly max: number | null;
      readonly points?: readonly {
        /** UTC, ISO 8601 with Z. */
        readonly from: string;
        readonly count: number;
        /** Share of events for which the condition holds; absent without one. */
        readonly rate?: number | null;
        /** null of nothing. */
        readonly p50: number | null;
        /** null of nothing. */
        readonly p95: number | null;
        /** null of nothing. */
        readonly p99: number | null;
        /** null of nothing. */
        readonly max: number | null;
      }[];
    }[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'sql';
  /** UTC, ISO 8601 with Z. */
  readonly from: string;
  /** UTC, ISO 8601 with Z. */
  readonly to: string;
  readonly timeZone: string;
  /** false: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Values that were to be numbers and are none. */
  readonly skipped: number;
  /** Of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    /** In the order of `columns`. */
    readonly rows: readonly (readonly unknown[])[];
  };
  /** What to know about the answer; absent when there is nothing. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
};

export type Erasure = {
  readonly id: string;
  readonly app: string;
  /** `waiting`: another erasure of the app runs first. */
  readonly status: 'waiting' | 'running' | 'done' | 'failed';
  /** UTC, ISO 8601 with Z. */
  readonly createdAt: string;
  /** UTC, ISO 8601 with Z. */
  readonly startedAt?: string;
  /** UTC, ISO 8601 with Z. */
  readonly finishedAt?: string;
  /** What it erases, as it was sent, such as `user=ann`. Absent once it has ended. */
  readonly query?: string;
  /** Events counted so far that match. */
  readonly matching?: number;
  /** Partitions of the store (months) that hold them. */
  readonly partitions?: number;
  /** While the engine rewrites its files, in parts of the table. */
  readonly progress?: {
    readonly partsDone: number;
    readonly partsTotal: number;
  };
  /** How many events were erased; once it is done. */
  readonly erased?: number;
  /** Why it failed; while it runs, why the last attempt failed. The server tries again. */
  readonly error?: {
    readonly code: string;
    readonly detail: string;
    readonly remedy: string;
  };
};

export type Question = {
  readonly kind: 'trend';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  /** The first is A in formulas, the second B… */
  readonly series: readonly {
    /** The name of the event; every event without it. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** All of them must hold. */
    readonly filters?: readonly Filter[];
    /** A name of your own for the answer. */
    readonly name?: string;
    /** `count` unless said. Those of a number skip what is not a number and say how many. */
    readonly measure?: 'count' | 'users' | 'sessions' | 'perUser' | 'sum' | 'avg' | 'min' | 'max' | 'median' | 'p90' | 'p95' | 'p99' | 'uniqueValues';
    /** What is looked at: `event`, `id`, `user`, `device`, `session`, `uuid`, or a property: `data.plan`, nested `data.address.city`, a key with a dot of its own `data["a.b"]`. */
    readonly property?: string;
  }[];
  readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month';
  readonly breakdown?: readonly string[];
  /** The so many greatest by themselves, the rest as *other*; 10 unless said. */
  readonly limit?: number;
  /** The same for another range. */
  readonly compare?: 'previousPeriod' | {
    /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
    readonly from: string | number;
    /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
    readonly to: string | number;
  };
  /** Adds a series: `A / B * 100`, with + - * / and brackets. */
  readonly formula?: string;
  /** Each point counts from the beginning of the range. */
  readonly cumulative?: boolean;
  /** Adds to each point the mean of so many points up to it. */
  readonly movingAverage?: number;
} | {
  readonly kind: 'funnel';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  readonly steps: readonly {
    /** The name of the event; every event without it. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** All of them must hold. */
    readonly filters?: readonly Filter[];
    /** A name of your own for the answer. */
    readonly name?: string;
  }[];
  /** A length of time: `90s`, `30min`, `12h`, `14d`, `2w`. */
  readonly window?: string;
  /** `ordered` (unless said): other events may come between. `strict`: none. `any`: the steps in any order; step n counts who did n of them. */
  readonly order?: 'ordered' | 'strict' | 'any';
  /** Whoever did this between two steps has not made the second. */
  readonly exclude?: readonly {
    /** The name of the event; every event without it. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** All of them must hold. */
    readonly filters?: readonly Filter[];
    /** A name of your own for the answer. */
    readonly name?: string;
    /** Between this step (from 1) and the next; between any two unless said. */
    readonly after?: number;
  }[];
  readonly by?: 'user' | 'session';
  /** What is looked at: `event`, `id`, `user`, `device`, `session`, `uuid`, or a property: `data.plan`, nested `data.address.city`, a key with a dot of its own `data["a.b"]`. */
  readonly breakdown?: string;
  /** The so many greatest by themselves, the rest as *other*; 10 unless said. */
  readonly limit?: number;
  /** Adds who they are. */
  readonly list?: {
    readonly step: number;
    /** `reached` unless said; `dropped`: reached this step and not the next. */
    readonly status?: 'reached' | 'dropped';
    readonly limit?: number;
  };
} | {
  readonly kind: 'retention';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  readonly start: {
    /** The name of the event; every event without it. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** All of them must hold. */
    readonly filters?: readonly Filter[];
    /** A name of your own for the answer. */
    readonly name?: string;
  };
  readonly return?: {
    /** The name of the event; every event without it. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** All of them must hold. */
    readonly filters?: readonly Filter[];
    /** A name of your own for the answer. */
    readonly name?: string;
  };
  readonly interval: 'day' | 'week' | 'month';
  /** `onDay` (unless said): came back in that period. `unbounded`: in that period or a later one. */
  readonly mode?: 'onDay' | 'unbounded';
  /** What is looked at: `event`, `id`, `user`, `device`, `session`, `uuid`, or a property: `data.plan`, nested `data.address.city`, a key with a dot of its own `data["a.b"]`. */
  readonly breakdown?: string;
  /** The so many greatest by themselves, the rest as *other*; 10 unless said. */
  readonly limit?: number;
} | {
  readonly kind: 'stickiness';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  /** The name of the event; every event without it. */
  readonly event?: string;
  /** The id of the event, instead of its name. */
  readonly id?: string;
  /** A name of your own for the answer. */
  readonly name?: string;
  /** `day` unless said. */
  readonly interval?: 'day' | 'week' | 'month';
  /** One distribution each; the whole range unless said. */
  readonly period?: 'week' | 'month';
} | {
  readonly kind: 'lifecycle';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  /** The name of the event; every event without it. */
  readonly event?: string;
  /** The id of the event, instead of its name. */
  readonly id?: string;
  /** A name of your own for the answer. */
  readonly name?: string;
  readonly interval: 'day' | 'week' | 'month';
} | {
  readonly kind: 'paths';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  readonly start?: {
    /** The name of the event; every event without it. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** All of them must hold. */
    readonly filters?: readonly Filter[];
    /** A name of your own for the answer. */
    readonly name?: string;
  };
  readonly end?: {
    /** The name of the event; every event without it. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** All of them must hold. */
    readonly filters?: readonly Filter[];
    /** A name of your own for the answer. */
    readonly name?: string;
  };
  /** Events of a path, the first included; 4 unless said. */
  readonly steps?: number;
  /** What is looked at: `event`, `id`, `user`, `device`, `session`, `uuid`, or a property: `data.plan`, nested `data.address.city`, a key with a dot of its own `data["a.b"]`. */
  readonly node?: string;
  /** A length of time: `90s`, `30min`, `12h`, `14d`, `2w`. */
  readonly sessionGap?: string;
  /** true (unless said): the same again and again is one step. */
  readonly collapse?: boolean;
  /** The so many greatest by themselves, the rest as *other*; 10 unless said. */
  readonly limit?: number;
} | {
  readonly kind: 'sessions';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  /** A length of time: `90s`, `30min`, `12h`, `14d`, `2w`. */
  readonly gap?: string;
  readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month';
  /** The so many greatest by themselves, the rest as *other*; 10 unless said. */
  readonly limit?: number;
  /** Adds the latest so many sessions. */
  readonly list?: number;
} | {
  readonly kind: 'users';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  /** Users whose name contains it, in any case. */
  readonly search?: string;
  /** `lastSeen` unless said. */
  readonly sort?: 'lastSeen' | 'firstSeen' | 'events';
  /** `desc` unless said. */
  readonly order?: 'asc' | 'desc';
  readonly limit?: number;
  readonly offset?: number;
} | {
  readonly kind: 'timeline';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  readonly user?: string;
  readonly device?: string;
  /** `desc` unless said. */
  readonly order?: 'asc' | 'desc';
  readonly limit?: number;
  /** `next` of the page before. */
  readonly after?: string;
} | {
  readonly kind: 'performance';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  /** The name of the event; every event without it. */
  readonly event?: string;
  /** The id of the event, instead of its name. */
  readonly id?: string;
  /** A name of your own for the answer. */
  readonly name?: string;
  /** What is looked at: `event`, `id`, `user`, `device`, `session`, `uuid`, or a property: `data.plan`, nested `data.address.city`, a key with a dot of its own `data["a.b"]`. */
  readonly property: string;
  /** What is looked at: `event`, `id`, `user`, `device`, `session`, `uuid`, or a property: `data.plan`, nested `data.address.city`, a key with a dot of its own `data["a.b"]`. */
  readonly by: string;
  readonly condition?: Filter;
  readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month';
  /** `p95` unless said; the greatest first. */
  readonly sort?: 'p50' | 'p95' | 'p99' | 'max' | 'count' | 'rate';
  /** The so many greatest by themselves, the rest as *other*; 10 unless said. */
  readonly limit?: number;
} | {
  readonly kind: 'sql';
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA zone; else the app's, else the configuration's. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** All of them must hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** true: distinct users and percentiles are counted exactly, whatever it costs. */
  readonly exact?: boolean;
  /** One SELECT over `events` (docs/analyze/sql.md). */
  readonly sql: string;
};

export type SavedDashboard = {
  readonly id: string;
  /** Send it along with a change. */
  readonly version: number;
  /** UTC, ISO 8601 with Z. */
  readonly createdAt: string;
  /** UTC, ISO 8601 with Z. */
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly name: string;
  readonly description?: string;
  readonly tiles: readonly {
    readonly x: number;
    readonly y: number;
    readonly w: number;
    readonly h: number;
    readonly name?: string;
    /** How it is drawn; as fits the kind unless said. */
    readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
    /** The id of what was saved. */
    readonly report?: string;
    readonly question?: Question;
  }[];
};

export type SavedReport = {
  readonly id: string;
  /** Send it along with a change. */
  readonly version: number;
  /** UTC, ISO 8601 with Z. */
  readonly createdAt: string;
  /** UTC, ISO 8601 with Z. */
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly name: string;
  readonly description?: string;
  readonly question: Question;
  /** How it is drawn; as fits the kind unless said. */
  readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
};

export type SavedSegment = {
  readonly id: string;
  /** Send it along with a change. */
  readonly version: number;
  /** UTC, ISO 8601 with Z. */
  readonly createdAt: string;
  /** UTC, ISO 8601 with Z. */
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly name: string;
  readonly description?: string;
  readonly segment: Segment;
};

export type Segment = {
  readonly did: {
    /** The name of the event; every event without it. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** All of them must hold. */
    readonly filters?: readonly Filter[];
    /** A name of your own for the answer. */
    readonly name?: string;
  };
  /** How often; 1 unless said. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Up to now, whole calendar units with the running one: `30d` are today and the 29 days before; also `min`, `h`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
  readonly to?: string | number;
} | {
  /** The id of what was saved. */
  readonly saved: string;
} | {
  readonly firstSeen: {
    /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
    readonly from?: string | number;
    /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
    readonly to?: string | number;
  };
} | {
  readonly lastSeen: {
    /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
    readonly from?: string | number;
    /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
    readonly to?: string | number;
  };
} | {
  readonly and: readonly Segment[];
} | {
  readonly or: readonly Segment[];
} | {
  readonly not: Segment;
};

export type Filter = {
  /** What is looked at: `event`, `id`, `user`, `device`, `session`, `uuid`, or a property: `data.plan`, nested `data.address.city`, a key with a dot of its own `data["a.b"]`. */
  readonly field: string;
  /** `is` unless said. */
  readonly operator?: 'is' | 'isNot' | 'contains' | 'startsWith' | 'matches' | 'in' | 'gt' | 'gte' | 'lt' | 'lte' | 'between' | 'exists';
  /** One value; for `in` a list, for `between` two numbers, both included, for `exists` true or false. */
  readonly value?: (string | number | boolean | null) | (readonly (string | number | boolean | null)[]);
} | {
  readonly and: readonly Filter[];
} | {
  readonly or: readonly Filter[];
};

export interface Operations {
  /** Sign in with name and password, or with a GitHub token */
  postAuth: {
    body: {
      readonly username?: string;
      readonly password?: string;
      /** A GitHub personal access token, instead of name and password. */
      readonly token?: string;
    };
    answer: {
      readonly token: string;
      /** UTC, ISO 8601 with Z. */
      readonly expiresAt: string;
      readonly user: string;
      readonly role: 'admin' | 'viewer';
    };
  };
  /** Who is signed in */
  getAuth: {
    answer: {
      readonly user: string;
      readonly role: 'admin' | 'viewer';
      /** UTC, ISO 8601 with Z. */
      readonly expiresAt: string;
    };
  };
  /** Sign out: the token ends */
  deleteAuth: {
    answer: undefined;
  };
  /** Change one’s own password; the other sessions end */
  putAuthPassword: {
    body: {
      readonly present: string;
      /** The new one. */
      readonly password: string;
    };
    answer: {
      readonly token: string;
      /** UTC, ISO 8601 with Z. */
      readonly expiresAt: string;
      readonly user: string;
      readonly role: 'admin' | 'viewer';
    };
  };
  /** List your own open sessions, the one used last first */
  getAuthSessions: {
    answer: readonly {
      readonly id: string;
      /** The session of this request. */
      readonly isCurrent: boolean;
      /** UTC, ISO 8601 with Z. */
      readonly signedInAt: string;
      /** To ten minutes. */
      readonly lastUsedAt: string;
      /** UTC, ISO 8601 with Z. */
      readonly expiresAt: string;
      /** The IP address that signed in. */
      readonly address: string;
      /** `User-Agent` of the sign-in. */
      readonly agent: string;
    }[];
  };
  /** End all your other sessions; this one goes on with a new token */
  deleteAuthSessions: {
    answer: {
      readonly token: string;
      /** UTC, ISO 8601 with Z. */
      readonly expiresAt: string;
      readonly user: string;
      readonly role: 'admin' | 'viewer';
    };
  };
  /** End one of your sessions */
  deleteAuthSessionsId: {
    answer: undefined;
  };
  /** Post one event or many; the answer leaves when they are on disk */
  postApiEventsApp: {
    query: {
      /** `daily`: an event without a device that names no user, or is an `$identify`, gets a device of this day, an HMAC of address and user agent. */
      readonly device?: 'daily' | undefined;
      /** `true`: a program drives the page. Its events get `data.$bot`, and its page views are rejected (`EVENT_FROM_BOT`) unless `keepBotPageViews` is set; so it is with the user agents of crawlers. */
      readonly bot?: true | undefined;
    };
    body: {
      readonly event: string | {
        readonly id?: string;
        readonly event: string;
      };
      readonly id?: string;
      readonly uuid?: string;
      readonly user?: string | number;
      readonly device?: string | number;
      readonly session?: string | number;
      readonly timestamp?: string | number;
      readonly sentAt?: string | number;
      readonly data?: { readonly [name: string]: unknown };
    } | (readonly {
      readonly event: string | {
        readonly id?: string;
        readonly event: string;
      };
      readonly id?: string;
      readonly uuid?: string;
      readonly user?: string | number;
      readonly device?: string | number;
      readonly session?: string | number;
      readonly timestamp?: string | number;
      readonly sentAt?: string | number;
      readonly data?: { readonly [name: string]: unknown };
    }[]) | {
      readonly events: readonly {
        readonly event: string | {
          readonly id?: string;
          readonly event: string;
        };
        readonly id?: string;
        readonly uuid?: string;
        readonly user?: string | number;
        readonly device?: string | number;
        readonly session?: string | number;
        readonly timestamp?: string | number;
        readonly sentAt?: string | number;
        readonly data?: { readonly [name: string]: unknown };
      }[];
      readonly sentAt?: string | number;
    };
    answer: {
      readonly accepted: number;
      readonly duplicates: number;
      readonly rejectedTotal: number;
      readonly rejected: readonly {
        readonly index: number;
        readonly code: string;
        readonly detail: string;
      }[];
      /** Properties that are stored and cannot be filtered by: the app has too many names. Absent when all are indexed. */
      readonly notIndexed?: readonly string[];
    } | {
      readonly uuid: string;
      readonly app: string;
      readonly duplicate: true;
    } | {
      readonly uuid: string;
      readonly app: string;
      readonly id: string;
      readonly event: string;
      /** UTC, ISO 8601 with Z. */
      readonly timestamp: string;
      /** UTC, ISO 8601 with Z. */
      readonly receivedAt: string;
      /** UTC, ISO 8601 with Z. */
      readonly clientTimestamp?: string;
      readonly user?: string;
      readonly device?: string;
      readonly session?: string;
      readonly data?: { readonly [name: string]: unknown };
    } & {
      /** Properties that are stored and cannot be filtered by: the app has too many names. Absent when all are indexed. */
      readonly notIndexed?: readonly string[];
    };
  };
  /** Events, newest first; all of them as NDJSON, CSV or Parquet */
  getApiEventsApp: {
    query: {
      /** `today`, `yesterday` or a day. */
      readonly date?: string | undefined;
      /** A day, or a time; a time without offset is in the zone of the question. */
      readonly from?: string | undefined;
      /** A day is included, a time excluded. */
      readonly to?: string | undefined;
      /** `asc` or `desc` (default). */
      readonly order?: 'asc' | 'desc' | undefined;
      /** Events of a JSON page, 1,000 unless said and 10,000 at most; of NDJSON, CSV and Parquet, events in all. */
      readonly limit?: number | undefined;
      /** From the Link header: the page after this place. */
      readonly cursor?: string | undefined;
      /** An IANA zone; else the app's, else the configuration's. */
      readonly timeZone?: string | undefined;
      /** Else the app's, else the configuration's. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | 'parquet' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The name of the event. */
      readonly event?: string | undefined;
      /** The id of the event. */
      readonly id?: string | undefined;
      /** The user. */
      readonly user?: string | undefined;
      /** The anonymous id. */
      readonly device?: string | undefined;
      /** The session. */
      readonly session?: string | undefined;
      /** The identity of the event. */
      readonly uuid?: string | undefined;
      /** Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: readonly {
      readonly uuid: string;
      readonly app: string;
      readonly id: string;
      readonly event: string;
      /** UTC, ISO 8601 with Z. */
      readonly timestamp: string;
      /** UTC, ISO 8601 with Z. */
      readonly receivedAt: string;
      /** UTC, ISO 8601 with Z. */
      readonly clientTimestamp?: string;
      readonly user?: string;
      readonly device?: string;
      readonly session?: string;
      readonly data?: { readonly [name: string]: unknown };
    }[];
  };
  /** Erase events for good: those that match, or all */
  deleteApiEventsApp: {
    query: {
      /** `today`, `yesterday` or a day. */
      readonly date?: string | undefined;
      /** A day, or a time; a time without offset is in the zone of the question. */
      readonly from?: string | undefined;
      /** A day is included, a time excluded. */
      readonly to?: string | undefined;
      /** An IANA zone; else the app's, else the configuration's. */
      readonly timeZone?: string | undefined;
      /** Else the app's, else the configuration's. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` keeps what is erased out: for `idWindowDays` from now on it is a duplicate when it is sent again. */
      readonly block?: boolean | undefined;
      /** `true` erases nothing and answers how many events match (`matching`). */
      readonly dryRun?: boolean | undefined;
      /** `true` erases without a filter. */
      readonly all?: boolean | undefined;
      /** Seconds to wait for the end, 0 to 60; 10 by default. An erasure that takes longer is answered 202 and goes on. */
      readonly wait?: number | undefined;
      /** The name of the event. */
      readonly event?: string | undefined;
      /** The id of the event. */
      readonly id?: string | undefined;
      /** The user. */
      readonly user?: string | undefined;
      /** The anonymous id. */
      readonly device?: string | undefined;
      /** The session. */
      readonly session?: string | undefined;
      /** The identity of the event. */
      readonly uuid?: string | undefined;
      /** Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly erased: number;
      readonly matching?: number;
    } | Erasure;
  };
  /** The erasures of an app */
  getApiAppsAppErasures: {
    answer: readonly Erasure[];
  };
  /** How far an erasure is */
  getApiAppsAppErasuresId: {
    answer: Erasure;
  };
  /** Counts of one hour */
  getApiReportsHourApp: {
    query: {
      /** A day; today unless given. */
      readonly date?: string | undefined;
      /** The hour of the day, local. */
      readonly hour: number;
      /** Adds the series. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA zone; else the app's, else the configuration's. */
      readonly timeZone?: string | undefined;
      /** Else the app's, else the configuration's. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` asks for exact distinct users instead of a sketch. */
      readonly exact?: boolean | undefined;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report that the path names; any other value is an error. Early clients send it. */
      readonly report?: 'hour' | undefined;
      /** The name of the event. */
      readonly event?: string | undefined;
      /** The id of the event. */
      readonly id?: string | undefined;
      /** The user. */
      readonly user?: string | undefined;
      /** The anonymous id. */
      readonly device?: string | undefined;
      /** The session. */
      readonly session?: string | undefined;
      /** The identity of the event. */
      readonly uuid?: string | undefined;
      /** Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      /** UTC, ISO 8601 with Z. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** What to know about the answer; absent when there is nothing. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** Every bucket of the interval, also the empty ones. */
      readonly series?: readonly {
        /** UTC, ISO 8601 with Z. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Counts of one day */
  getApiReportsDayApp: {
    query: {
      /** A day; today unless given. */
      readonly date?: string | undefined;
      /** Adds the series. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA zone; else the app's, else the configuration's. */
      readonly timeZone?: string | undefined;
      /** Else the app's, else the configuration's. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` asks for exact distinct users instead of a sketch. */
      readonly exact?: boolean | undefined;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report that the path names; any other value is an error. Early clients send it. */
      readonly report?: 'day' | undefined;
      /** The name of the event. */
      readonly event?: string | undefined;
      /** The id of the event. */
      readonly id?: string | undefined;
      /** The user. */
      readonly user?: string | undefined;
      /** The anonymous id. */
      readonly device?: string | undefined;
      /** The session. */
      readonly session?: string | undefined;
      /** The identity of the event. */
      readonly uuid?: string | undefined;
      /** Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      /** UTC, ISO 8601 with Z. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** What to know about the answer; absent when there is nothing. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** Every bucket of the interval, also the empty ones. */
      readonly series?: readonly {
        /** UTC, ISO 8601 with Z. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Counts of one week */
  getApiReportsWeekApp: {
    query: {
      /** A day in the week. */
      readonly week?: string | undefined;
      /** A day; today unless given. */
      readonly date?: string | undefined;
      /** Adds the series. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA zone; else the app's, else the configuration's. */
      readonly timeZone?: string | undefined;
      /** Else the app's, else the configuration's. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` asks for exact distinct users instead of a sketch. */
      readonly exact?: boolean | undefined;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report that the path names; any other value is an error. Early clients send it. */
      readonly report?: 'week' | undefined;
      /** The name of the event. */
      readonly event?: string | undefined;
      /** The id of the event. */
      readonly id?: string | undefined;
      /** The user. */
      readonly user?: string | undefined;
      /** The anonymous id. */
      readonly device?: string | undefined;
      /** The session. */
      readonly session?: string | undefined;
      /** The identity of the event. */
      readonly uuid?: string | undefined;
      /** Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      /** UTC, ISO 8601 with Z. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** What to know about the answer; absent when there is nothing. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** Every bucket of the interval, also the empty ones. */
      readonly series?: readonly {
        /** UTC, ISO 8601 with Z. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Counts of one month */
  getApiReportsMonthApp: {
    query: {
      /** A month such as 2026-11, or a day in it. */
      readonly month?: string | undefined;
      /** A day; today unless given. */
      readonly date?: string | undefined;
      /** Adds the series. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA zone; else the app's, else the configuration's. */
      readonly timeZone?: string | undefined;
      /** Else the app's, else the configuration's. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` asks for exact distinct users instead of a sketch. */
      readonly exact?: boolean | undefined;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report that the path names; any other value is an error. Early clients send it. */
      readonly report?: 'month' | undefined;
      /** The name of the event. */
      readonly event?: string | undefined;
      /** The id of the event. */
      readonly id?: string | undefined;
      /** The user. */
      readonly user?: string | undefined;
      /** The anonymous id. */
      readonly device?: string | undefined;
      /** The session. */
      readonly session?: string | undefined;
      /** The identity of the event. */
      readonly uuid?: string | undefined;
      /** Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      /** UTC, ISO 8601 with Z. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** What to know about the answer; absent when there is nothing. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** Every bucket of the interval, also the empty ones. */
      readonly series?: readonly {
        /** UTC, ISO 8601 with Z. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Counts of any period */
  getApiReportsPeriodApp: {
    query: {
      /** A day, or a time; a time without offset is in the zone of the question. */
      readonly from: string;
      /** A day is included, a time excluded. */
      readonly to: string;
      /** Adds the series. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA zone; else the app's, else the configuration's. */
      readonly timeZone?: string | undefined;
      /** Else the app's, else the configuration's. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` asks for exact distinct users instead of a sketch. */
      readonly exact?: boolean | undefined;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report that the path names; any other value is an error. Early clients send it. */
      readonly report?: 'period' | undefined;
      /** The name of the event. */
      readonly event?: string | undefined;
      /** The id of the event. */
      readonly id?: string | undefined;
      /** The user. */
      readonly user?: string | undefined;
      /** The anonymous id. */
      readonly device?: string | undefined;
      /** The session. */
      readonly session?: string | undefined;
      /** The identity of the event. */
      readonly uuid?: string | undefined;
      /** Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      /** UTC, ISO 8601 with Z. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** What to know about the answer; absent when there is nothing. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** Every bucket of the interval, also the empty ones. */
      readonly series?: readonly {
        /** UTC, ISO 8601 with Z. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Counts by the value of a property */
  getApiGroupsApp: {
    query: {
      /** The property, nested by dots: `address.city`. */
      readonly attr: string;
      /** `today`, `yesterday` or a day. */
      readonly date?: string | undefined;
      /** A day, or a time; a time without offset is in the zone of the question. */
      readonly from?: string | undefined;
      /** A day is included, a time excluded. */
      readonly to?: string | undefined;
      /** The most frequent so many; the others are summed. */
      readonly limit?: number | undefined;
      /** An IANA zone; else the app's, else the configuration's. */
      readonly timeZone?: string | undefined;
      /** Else the app's, else the configuration's. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` asks for exact distinct users instead of a sketch. */
      readonly exact?: boolean | undefined;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The name of the event. */
      readonly event?: string | undefined;
      /** The id of the event. */
      readonly id?: string | undefined;
      /** The user. */
      readonly user?: string | undefined;
      /** The anonymous id. */
      readonly device?: string | undefined;
      /** The session. */
      readonly session?: string | undefined;
      /** The identity of the event. */
      readonly uuid?: string | undefined;
      /** Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly attr: string;
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      /** UTC, ISO 8601 with Z. */
      readonly to: string;
      readonly timeZone: string;
      readonly groups: readonly {
        /** Any JSON value. */
        readonly value: unknown;
        readonly total: number;
        readonly users: number;
      }[];
      readonly other: {
        readonly total: number;
        readonly users: number;
      };
      readonly missing: {
        readonly total: number;
        readonly users: number;
      };
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** What to know about the answer; absent when there is nothing. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
    };
  };
  /** A question of the analysis: trends, funnels, retention and more */
  postApiQueryApp: {
    query: {
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
    };
    body: Question;
    answer: Answer;
  };
  /** The same question, for links */
  getApiQueryApp: {
    query: {
      /** The question as JSON, percent-encoded. */
      readonly q: string;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
    };
    answer: Answer;
  };
  /** The SQL that answers a question */
  postApiQueryAppSql: {
    body: Question;
    answer: {
      readonly kind: string;
      /** UTC, ISO 8601 with Z. */
      readonly from: string;
      /** UTC, ISO 8601 with Z. */
      readonly to: string;
      readonly timeZone: string;
      /** In the order in which they went to the engine. */
      readonly statements: readonly {
        /** In the dialect of ClickHouse, with the names of parameters as `{p1:String}`. */
        readonly sql: string;
        readonly parameters: { readonly [name: string]: unknown };
      }[];
    };
  };
  /** The apps: those that have events, settings or a key */
  getApiApps: {
    query: {
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
    };
    answer: readonly {
      readonly app: string;
      /** As people call it. */
      readonly name?: string;
      readonly total: number;
      /** UTC, ISO 8601 with Z. */
      readonly firstSeen?: string;
      /** UTC, ISO 8601 with Z. */
      readonly lastSeen?: string;
      /** In force: the app's own, else the configuration's. */
      readonly timeZone: string;
      readonly weekStart: 'sunday' | 'monday';
    }[];
  };
  /** The settings of an app; what is absent comes from the configuration */
  getApiAppsApp: {
    answer: {
      readonly name?: string;
      /** IANA */
      readonly timeZone?: string;
      readonly weekStart?: 'sunday' | 'monday';
      readonly retentionDays?: number;
    };
  };
  /** Change settings of an app; null removes one */
  patchApiAppsApp: {
    body: {
      readonly name?: string | null;
      readonly timeZone?: string | null;
      readonly weekStart?: ('sunday' | 'monday') | null;
      readonly retentionDays?: number | null;
    };
    answer: {
      readonly name?: string;
      /** IANA */
      readonly timeZone?: string;
      readonly weekStart?: 'sunday' | 'monday';
      readonly retentionDays?: number;
    };
  };
  /** The event names of an app */
  getApiAppsAppEvents: {
    query: {
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
    };
    answer: readonly {
      readonly id: string;
      readonly event: string;
      readonly total: number;
      /** UTC, ISO 8601 with Z. */
      readonly firstSeen: string;
      /** UTC, ISO 8601 with Z. */
      readonly lastSeen: string;
    }[];
  };
  /** The properties of an app */
  getApiAppsAppProperties: {
    query: {
      /** Of the events with this name alone. */
      readonly event?: string | undefined;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
    };
    answer: readonly {
      /** Spelled as filters spell it. */
      readonly name: string;
      readonly total: number;
      readonly types: readonly string[];
      readonly examples: readonly unknown[];
    }[];
  };
  /** Values of a field to choose from, among the newest events */
  getApiAppsAppValues: {
    query: {
      /** `event`, `id`, `user`, `device`, `session`, `uuid`, or a property like `data.plan`. */
      readonly field: string;
      /** What a value's text holds, whatever the case; those that begin with it come first. */
      readonly search?: string | undefined;
      /** 20 unless said, 1,000 at most. */
      readonly limit?: number | undefined;
      /** `today`, `yesterday` or a day. */
      readonly date?: string | undefined;
      /** A day, or a time; a time without offset is in the zone of the question. */
      readonly from?: string | undefined;
      /** A day is included, a time excluded. */
      readonly to?: string | undefined;
      /** An IANA zone; else the app's, else the configuration's. */
      readonly timeZone?: string | undefined;
      /** Else the app's, else the configuration's. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` (default): what was acknowledged before the question is in the answer. `false` never waits. */
      readonly fresh?: boolean | undefined;
      /** The name of the event. */
      readonly event?: string | undefined;
      /** The id of the event. */
      readonly id?: string | undefined;
      /** The user. */
      readonly user?: string | undefined;
      /** The anonymous id. */
      readonly device?: string | undefined;
      /** The session. */
      readonly session?: string | undefined;
      /** The identity of the event. */
      readonly uuid?: string | undefined;
      /** Any property, nested by dots: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** The filters of a question as JSON, all of which must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly field: string;
      readonly values: readonly {
        /** Any JSON value. */
        readonly value: unknown;
        /** Of the events looked at. */
        readonly total: number;
      }[];
      /** There are more than `limit`. */
      readonly more: boolean;
      /** So many events were looked at, the newest first. */
      readonly events: number;
      /** There are older events, which were not looked at. */
      readonly sample: boolean;
      /** What to know about the answer; absent when there is nothing. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
    };
  };
  /** The reports of an app */
  getApiAppsAppReports: {
    answer: readonly SavedReport[];
  };
  /** Save a new report */
  postApiAppsAppReports: {
    body: {
      readonly name: string;
      readonly description?: string;
      readonly question: Question;
      /** How it is drawn; as fits the kind unless said. */
      readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
    };
    answer: SavedReport;
  };
  /** One report */
  getApiAppsAppReportsId: {
    answer: SavedReport;
  };
  /** Change a report, with the version that was read as "version" or If-Match */
  patchApiAppsAppReportsId: {
    body: {
      readonly name?: string;
      readonly description?: string | null;
      readonly question?: Question;
      readonly chart?: ('line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey') | null;
      /** The version that was read; or `If-Match`. */
      readonly version?: number;
    };
    answer: SavedReport;
  };
  /** Delete a report; with If-Match, that version alone */
  deleteApiAppsAppReportsId: {
    answer: undefined;
  };
  /** The dashboards of an app */
  getApiAppsAppDashboards: {
    answer: readonly SavedDashboard[];
  };
  /** Save a new dashboard */
  postApiAppsAppDashboards: {
    body: {
      readonly name: string;
      readonly description?: string;
      readonly tiles: readonly {
        readonly x: number;
        readonly y: number;
        readonly w: number;
        readonly h: number;
        readonly name?: string;
        /** How it is drawn; as fits the kind unless said. */
        readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
        /** The id of what was saved. */
        readonly report?: string;
        readonly question?: Question;
      }[];
    };
    answer: SavedDashboard;
  };
  /** One dashboard */
  getApiAppsAppDashboardsId: {
    answer: SavedDashboard;
  };
  /** Change a dashboard, with the version that was read as "version" or If-Match */
  patchApiAppsAppDashboardsId: {
    body: {
      readonly name?: string;
      readonly description?: string | null;
      readonly tiles?: readonly {
        readonly x: number;
        readonly y: number;
        readonly w: number;
        readonly h: number;
        readonly name?: string;
        /** How it is drawn; as fits the kind unless said. */
        readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
        /** The id of what was saved. */
        readonly report?: string;
        readonly question?: Question;
      }[];
      /** The version that was read; or `If-Match`. */
      readonly version?: number;
    };
    answer: SavedDashboard;
  };
  /** Delete a dashboard; with If-Match, that version alone */
  deleteApiAppsAppDashboardsId: {
    answer: undefined;
  };
  /** The segments of an app */
  getApiAppsAppSegments: {
    answer: readonly SavedSegment[];
  };
  /** Save a new segment */
  postApiAppsAppSegments: {
    body: {
      readonly name: string;
      readonly description?: string;
      readonly segment: Segment;
    };
    answer: SavedSegment;
  };
  /** One segment */
  getApiAppsAppSegmentsId: {
    answer: SavedSegment;
  };
  /** Change a segment, with the version that was read as "version" or If-Match */
  patchApiAppsAppSegmentsId: {
    body: {
      readonly name?: string;
      readonly description?: string | null;
      readonly segment?: Segment;
      /** The version that was read; or `If-Match`. */
      readonly version?: number;
    };
    answer: SavedSegment;
  };
  /** Delete a segment; with If-Match, that version alone */
  deleteApiAppsAppSegmentsId: {
    answer: undefined;
  };
  /** The annotations of an app */
  getApiAppsAppAnnotations: {
    query: {
      /** A day of the app's zone, or a time. */
      readonly from?: string | undefined;
      /** A day is included, a time excluded. */
      readonly to?: string | undefined;
    };
    answer: readonly {
      readonly id: string;
      /** Send it along with a change. */
      readonly version: number;
      /** UTC, ISO 8601 with Z. */
      readonly createdAt: string;
      /** UTC, ISO 8601 with Z. */
      readonly updatedAt: string;
      readonly createdBy: string;
      readonly updatedBy: string;
      /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
      readonly date: string | number;
      readonly text: string;
      /** The date as an instant: of a day its beginning in the app's zone. */
      readonly at: string;
    }[];
  };
  /** Save a new annotation */
  postApiAppsAppAnnotations: {
    body: {
      /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
      readonly date: string | number;
      readonly text: string;
    };
    answer: Annotation;
  };
  /** One annotation */
  getApiAppsAppAnnotationsId: {
    answer: Annotation;
  };
  /** Change a annotation, with the version that was read as "version" or If-Match */
  patchApiAppsAppAnnotationsId: {
    body: {
      /** A day (`2026-11-24`, `today`, `yesterday`; as `to` it is included), a time (without offset in the zone of the question; as `to` it is excluded), or milliseconds since 1970. */
      readonly date?: string | number;
      readonly text?: string;
      /** The version that was read; or `If-Match`. */
      readonly version?: number;
    };
    answer: Annotation;
  };
  /** Delete a annotation; with If-Match, that version alone */
  deleteApiAppsAppAnnotationsId: {
    answer: undefined;
  };
  /** The links to a report, without their secrets */
  getApiAppsAppReportsIdShare: {
    answer: readonly {
      readonly id: string;
      /** UTC, ISO 8601 with Z. */
      readonly createdAt: string;
      readonly createdBy: string;
      /** UTC, ISO 8601 with Z. */
      readonly expiresAt?: string;
    }[];
  };
  /** Share a report by a link; it is shown this once */
  postApiAppsAppReportsIdShare: {
    body: {
      /** A time in ISO 8601 with Z or an offset; without it the link holds until it is revoked. */
      readonly expiresAt?: string;
    };
    answer: {
      readonly id: string;
      /** UTC, ISO 8601 with Z. */
      readonly createdAt: string;
      readonly createdBy: string;
      /** UTC, ISO 8601 with Z. */
      readonly expiresAt?: string;
      readonly url: string;
    };
  };
  /** Revoke all links to a report */
  deleteApiAppsAppReportsIdShare: {
    answer: undefined;
  };
  /** Revoke one link to a report */
  deleteApiAppsAppReportsIdShareShare: {
    answer: undefined;
  };
  /** The links to a dashboard, without their secrets */
  getApiAppsAppDashboardsIdShare: {
    answer: readonly {
      readonly id: string;
      /** UTC, ISO 8601 with Z. */
      readonly createdAt: string;
      readonly createdBy: string;
      /** UTC, ISO 8601 with Z. */
      readonly expiresAt?: string;
    }[];
  };
  /** Share a dashboard by a link; it is shown this once */
  postApiAppsAppDashboardsIdShare: {
    body: {
      /** A time in ISO 8601 with Z or an offset; without it the link holds until it is revoked. */
      readonly expiresAt?: string;
    };
    answer: {
      readonly id: string;
      /** UTC, ISO 8601 with Z. */
      readonly createdAt: string;
      readonly createdBy: string;
      /** UTC, ISO 8601 with Z. */
      readonly expiresAt?: string;
      readonly url: string;
    };
  };
  /** Revoke all links to a dashboard */
  deleteApiAppsAppDashboardsIdShare: {
    answer: undefined;
  };
  /** Revoke one link to a dashboard */
  deleteApiAppsAppDashboardsIdShareShare: {
    answer: undefined;
  };
  /** What a link shows: the answers of a report or a dashboard */
  getApiSharedToken: {
    query: {
      /** A day, or a time; a time without offset is in the zone of the question. Only what lies in the question's own. */
      readonly from?: string | undefined;
      /** A day is included, a time excluded. Only what lies in the question's own. */
      readonly to?: string | undefined;
    };
    answer: {
      readonly kind: 'report' | 'dashboard';
      readonly name: string;
      readonly description?: string;
      /** Of a report its one answer; of a dashboard one a tile, in their order. */
      readonly parts: readonly {
        readonly place?: {
          readonly x: number;
          readonly y: number;
          readonly w: number;
          readonly h: number;
        };
        readonly name?: string;
        readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
        /** Of the question what drawing the answer takes; neither filters nor segments. */
        readonly question: {
          readonly kind: string;
          readonly interval?: string;
          readonly period?: string;
          readonly mode?: string;
          readonly cumulative?: boolean;
          readonly movingAverage?: number;
          readonly property?: string;
          readonly by?: string;
        };
        readonly answer?: Answer;
        /** Instead of an answer. */
        readonly problem?: {
          readonly code: string;
          readonly title: string;
        };
      }[];
    };
  };
}
