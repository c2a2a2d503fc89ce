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
  | 'KEY_TAKEN'
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
  | 'MOVE_NOT_POSSIBLE'
  | 'JOURNAL_FULL'
  | 'JOURNAL_UNAVAILABLE'
  | 'STORE_UNAVAILABLE'
  | 'STORE_SCHEMA_NEWER'
  | 'STORE_BEHIND'
  | 'STORE_FILLING'
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
  /** Send it with each change. */
  readonly version: number;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly createdAt: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly updatedBy: string;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly date: string | number;
  readonly text: string;
};

export type Answer = {
  readonly kind: 'trend';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    /** One entry for each series and group, then the formula. */
    readonly series: readonly {
      readonly name: string;
      readonly measure: 'count' | 'users' | 'sessions' | 'visits' | 'bounceRate' | 'sessionDuration' | 'eventsPerSession' | 'viewsPerVisit' | 'entries' | 'exits' | 'perUser' | 'sum' | 'avg' | 'min' | 'max' | 'median' | 'p90' | 'p95' | 'p99' | 'uniqueValues' | 'formula';
      /** One entry for each field of the breakdown: its value, or that the events do not have it. `other`: all groups beyond the limit. */
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
      /** Some of its numbers are estimates. Absent: all are exact. */
      readonly estimated?: true;
      /** One point for each bucket, including empty ones. Absent without an interval. */
      readonly points?: readonly {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly from: string;
        /** null: nothing to measure. */
        readonly value: number | null;
        /** The mean of the last points up to this one. */
        readonly movingAverage?: number | null;
      }[];
      /** Number of values that are not numbers. */
      readonly skipped?: number;
      readonly compare?: {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly from: string;
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly to: string;
        /** Of the whole range; distinct users are not the sum of the points. */
        readonly total: number | null;
        /** Some of its numbers are estimates. Absent: all are exact. */
        readonly estimated?: true;
        /** One point for each bucket, including empty ones. Absent without an interval. */
        readonly points?: readonly {
          /** ISO 8601 in UTC, ending in `Z`. */
          readonly from: string;
          /** null: nothing to measure. */
          readonly value: number | null;
          /** The mean of the last points up to this one. */
          readonly movingAverage?: number | null;
        }[];
        /** While the range of the question is running: from `from` up to the same moment, so that it can be compared with `total`. */
        readonly soFar?: {
          /** ISO 8601 in UTC, ending in `Z`. */
          readonly to: string;
          /** Of the whole range; distinct users are not the sum of the points. */
          readonly total: number | null;
          /** Some of its numbers are estimates. Absent: all are exact. */
          readonly estimated?: true;
        };
      };
    }[];
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'funnel';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly steps: readonly {
      readonly step: number;
      readonly name: string;
      /** Users or sessions. */
      readonly total: number;
      /** 0 to 1; `null` if there is nothing to divide by. */
      readonly conversion: number | null;
      /** 0 to 1; `null` if there is nothing to divide by. */
      readonly conversionFromPrevious: number | null;
      /** Those who reached the previous step but not this one. */
      readonly dropOff: number;
      /** Milliseconds; `null` if there is nothing to measure. */
      readonly medianMs: number | null;
      /** Milliseconds; `null` if there is nothing to measure. */
      readonly p90Ms: number | null;
      /** `false` while users can still reach this step, because the range or their conversion window has not ended. */
      readonly complete: boolean;
    }[];
    readonly groups?: readonly {
      /** One entry for each field of the breakdown: its value, or that the events do not have it. `other`: all groups beyond the limit. */
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
        /** Users or sessions. */
        readonly total: number;
        /** 0 to 1; `null` if there is nothing to divide by. */
        readonly conversion: number | null;
        /** 0 to 1; `null` if there is nothing to divide by. */
        readonly conversionFromPrevious: number | null;
        /** Those who reached the previous step but not this one. */
        readonly dropOff: number;
        /** Milliseconds; `null` if there is nothing to measure. */
        readonly medianMs: number | null;
        /** Milliseconds; `null` if there is nothing to measure. */
        readonly p90Ms: number | null;
        /** `false` while users can still reach this step, because the range or their conversion window has not ended. */
        readonly complete: boolean;
      }[];
    }[];
    readonly users?: readonly {
      readonly user?: string;
      readonly device?: string;
      readonly session?: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly at: string;
    }[];
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'retention';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly cohorts: readonly {
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      readonly users: number;
      readonly periods: readonly {
        /** Number of periods since the first one of the cohort, which is 0. */
        readonly period: number;
        readonly users: number;
        /** 0 to 1; `null` if there is nothing to divide by. */
        readonly rate: number | null;
        /** `false` while the period has not ended. */
        readonly complete: boolean;
      }[];
    }[];
    /** All cohorts that have reached this period. */
    readonly average: readonly {
      readonly period: number;
      readonly users: number;
      /** 0 to 1; `null` if there is nothing to divide by. */
      readonly rate: number | null;
    }[];
    readonly groups?: readonly {
      /** One entry for each field of the breakdown: its value, or that the events do not have it. `other`: all groups beyond the limit. */
      readonly group: (readonly ({
        readonly field: string;
        /** Any JSON value. */
        readonly value: unknown;
      } | {
        readonly field: string;
        readonly missing: true;
      })[]) | 'other';
      readonly cohorts: readonly {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly from: string;
        readonly users: number;
        readonly periods: readonly {
          /** Number of periods since the first one of the cohort, which is 0. */
          readonly period: number;
          readonly users: number;
          /** 0 to 1; `null` if there is nothing to divide by. */
          readonly rate: number | null;
          /** `false` while the period has not ended. */
          readonly complete: boolean;
        }[];
      }[];
      /** All cohorts that have reached this period. */
      readonly average: readonly {
        readonly period: number;
        readonly users: number;
        /** 0 to 1; `null` if there is nothing to divide by. */
        readonly rate: number | null;
      }[];
    }[];
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'stickiness';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly periods: readonly {
      /** ISO 8601 in UTC, ending in `Z`. */
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
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'lifecycle';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly intervals: readonly {
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly to: string;
      readonly new: number;
      readonly returning: number;
      readonly resurrecting: number;
      readonly dormant: number;
      /** `false`: the interval has not ended, or the range starts or ends within it; it is counted as a whole anyway. */
      readonly complete: boolean;
    }[];
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'paths';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly paths: number;
    readonly nodes: readonly ({
      readonly id: number;
      /** Counted from the start: 0 to 5. For paths that lead to `end`: 0, -1, and so on. */
      readonly step: number;
      /** Number of paths through this node. */
      readonly total: number;
      /** Number of paths that end here, if there is a next step. */
      readonly ended: number;
      /** Any JSON value. */
      readonly value: unknown;
    } | {
      readonly id: number;
      /** Counted from the start: 0 to 5. For paths that lead to `end`: 0, -1, and so on. */
      readonly step: number;
      /** Number of paths through this node. */
      readonly total: number;
      /** Number of paths that end here, if there is a next step. */
      readonly ended: number;
      readonly other: true;
    })[];
    /** In chronological order; `from` and `to` are ids of nodes. */
    readonly links: readonly {
      readonly from: number;
      readonly to: number;
      readonly total: number;
    }[];
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'sessions';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly sessions: number;
    readonly users: number;
    /** null when there is none. */
    readonly eventsPerSession: number | null;
    /** Share of sessions with one event at most, besides those that pages send by themselves. */
    readonly bounceRate: number | null;
    /** Milliseconds; `null` if there is nothing to measure. */
    readonly averageMs: number | null;
    /** Milliseconds; `null` if there is nothing to measure. */
    readonly medianMs: number | null;
    /** Milliseconds; `null` if there is nothing to measure. */
    readonly p90Ms: number | null;
    readonly points?: readonly {
      readonly sessions: number;
      readonly users: number;
      /** null when there is none. */
      readonly eventsPerSession: number | null;
      /** Share of sessions with one event at most, besides those that pages send by themselves. */
      readonly bounceRate: number | null;
      /** Milliseconds; `null` if there is nothing to measure. */
      readonly averageMs: number | null;
      /** Milliseconds; `null` if there is nothing to measure. */
      readonly medianMs: number | null;
      /** Milliseconds; `null` if there is nothing to measure. */
      readonly p90Ms: number | null;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
    }[];
    /** By the values on the first event of each session, the largest first. Absent without a breakdown. */
    readonly groups?: readonly {
      /** One entry for each field of the breakdown: its value, or that the events do not have it. `other`: all groups beyond the limit. */
      readonly group: (readonly ({
        readonly field: string;
        /** Any JSON value. */
        readonly value: unknown;
      } | {
        readonly field: string;
        readonly missing: true;
      })[]) | 'other';
      readonly sessions: number;
      readonly users: number;
      /** null when there is none. */
      readonly eventsPerSession: number | null;
      /** Share of sessions with one event at most, besides those that pages send by themselves. */
      readonly bounceRate: number | null;
      /** Milliseconds; `null` if there is nothing to measure. */
      readonly averageMs: number | null;
      /** Milliseconds; `null` if there is nothing to measure. */
      readonly medianMs: number | null;
      /** Milliseconds; `null` if there is nothing to measure. */
      readonly p90Ms: number | null;
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
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly to: string;
      readonly durationMs: number;
      readonly events: number;
      readonly entry: string;
      readonly exit: string;
    }[];
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'users';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    /** Number of all matches, on any page. */
    readonly total: number;
    readonly users: readonly {
      readonly user?: string;
      readonly device?: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly firstSeen: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly lastSeen: string;
      readonly events: number;
      readonly last: {
        readonly uuid: string;
        readonly app: string;
        readonly id: string;
        readonly event: string;
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly timestamp: string;
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly receivedAt: string;
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly clientTimestamp?: string;
        readonly user?: string;
        readonly device?: string;
        readonly session?: string;
        readonly data?: { readonly [name: string]: unknown };
      };
      readonly traits?: { readonly [name: string]: unknown };
    }[];
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'timeline';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
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
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly timestamp: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly receivedAt: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly clientTimestamp?: string;
      readonly user?: string;
      readonly device?: string;
      readonly session?: string;
      readonly data?: { readonly [name: string]: unknown };
    }[];
    /** Send it as `after` for the next page. Absent on the last page. */
    readonly next?: string;
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'performance';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
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
    /** Worst first. */
    readonly groups: readonly {
      /** One entry for each field of the breakdown: its value, or that the events do not have it. `other`: all groups beyond the limit. */
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
        /** ISO 8601 in UTC, ending in `Z`. */
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
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'sql';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    /** One list of values for each row, in the order of `columns`. */
    readonly rows: readonly (readonly unknown[])[];
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
} | {
  readonly kind: 'web';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly from: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly to: string;
  readonly timeZone: string;
  /** `false`: distinct users or percentiles are estimates. */
  readonly exact: boolean;
  /** Number of values that were skipped because they are not numbers. */
  readonly skipped: number;
  /** The columns of the answer as CSV or NDJSON. */
  readonly columns: readonly {
    readonly name: string;
    readonly type: 'text' | 'number' | 'time' | 'boolean' | 'json';
  }[];
  readonly result: {
    readonly totals: {
      readonly visitors: number;
      /** Distinct visitors are estimates. Absent: they are exact. */
      readonly estimated?: true;
      /** Those that begin in the range or interval. */
      readonly visits: number;
      /** Those in the range or interval. */
      readonly pageViews: number;
      /** null where no visit begins. */
      readonly viewsPerVisit: number | null;
      /** Share of visits with one event at most, besides those that pages send by themselves. null where no visit begins. */
      readonly bounceRate: number | null;
      /** From the first event to the last, on the average. null where no visit begins. */
      readonly durationMs: number | null;
      readonly conversions?: number;
      readonly convertedVisitors?: number;
      /** Share of the visitors who converted. */
      readonly conversionRate?: number | null;
    };
    /** One for each interval, including empty ones. Absent without an interval. */
    readonly points?: readonly {
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      readonly visitors: number;
      /** Distinct visitors are estimates. Absent: they are exact. */
      readonly estimated?: true;
      /** Those that begin in the range or interval. */
      readonly visits: number;
      /** Those in the range or interval. */
      readonly pageViews: number;
      /** null where no visit begins. */
      readonly viewsPerVisit: number | null;
      /** Share of visits with one event at most, besides those that pages send by themselves. null where no visit begins. */
      readonly bounceRate: number | null;
      /** From the first event to the last, on the average. null where no visit begins. */
      readonly durationMs: number | null;
      readonly conversions?: number;
      readonly convertedVisitors?: number;
      /** Share of the visitors who converted. */
      readonly conversionRate?: number | null;
    }[];
    readonly compare?: {
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly to: string;
      readonly totals: {
        readonly visitors: number;
        /** Distinct visitors are estimates. Absent: they are exact. */
        readonly estimated?: true;
        /** Those that begin in the range or interval. */
        readonly visits: number;
        /** Those in the range or interval. */
        readonly pageViews: number;
        /** null where no visit begins. */
        readonly viewsPerVisit: number | null;
        /** Share of visits with one event at most, besides those that pages send by themselves. null where no visit begins. */
        readonly bounceRate: number | null;
        /** From the first event to the last, on the average. null where no visit begins. */
        readonly durationMs: number | null;
        readonly conversions?: number;
        readonly convertedVisitors?: number;
        /** Share of the visitors who converted. */
        readonly conversionRate?: number | null;
      };
      /** One for each interval, including empty ones. Absent without an interval. */
      readonly points?: readonly {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly from: string;
        readonly visitors: number;
        /** Distinct visitors are estimates. Absent: they are exact. */
        readonly estimated?: true;
        /** Those that begin in the range or interval. */
        readonly visits: number;
        /** Those in the range or interval. */
        readonly pageViews: number;
        /** null where no visit begins. */
        readonly viewsPerVisit: number | null;
        /** Share of visits with one event at most, besides those that pages send by themselves. null where no visit begins. */
        readonly bounceRate: number | null;
        /** From the first event to the last, on the average. null where no visit begins. */
        readonly durationMs: number | null;
        readonly conversions?: number;
        readonly convertedVisitors?: number;
        /** Share of the visitors who converted. */
        readonly conversionRate?: number | null;
      }[];
      /** While the range of the question is running: from `from` up to the same moment, so that it can be compared with `totals`. */
      readonly soFar?: {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly to: string;
        readonly totals: {
          readonly visitors: number;
          /** Distinct visitors are estimates. Absent: they are exact. */
          readonly estimated?: true;
          /** Those that begin in the range or interval. */
          readonly visits: number;
          /** Those in the range or interval. */
          readonly pageViews: number;
          /** null where no visit begins. */
          readonly viewsPerVisit: number | null;
          /** Share of visits with one event at most, besides those that pages send by themselves. null where no visit begins. */
          readonly bounceRate: number | null;
          /** From the first event to the last, on the average. null where no visit begins. */
          readonly durationMs: number | null;
          readonly conversions?: number;
          readonly convertedVisitors?: number;
          /** Share of the visitors who converted. */
          readonly conversionRate?: number | null;
        };
      };
    };
    readonly currentVisitors?: number;
    readonly goals?: readonly {
      readonly name: string;
      readonly visitors: number;
      /** Distinct visitors are estimates. Absent: they are exact. */
      readonly estimated?: true;
      readonly conversions: number;
      /** Share of the visitors who converted. */
      readonly conversionRate: number | null;
    }[];
    readonly cards?: readonly {
      readonly card: 'sources' | 'channels' | 'referrers' | 'utmSources' | 'utmMediums' | 'utmCampaigns' | 'utmTerms' | 'utmContents' | 'entryPages' | 'exitPages' | 'hostnames' | 'countries' | 'regions' | 'cities' | 'browsers' | 'browserVersions' | 'operatingSystems' | 'deviceTypes' | 'screens' | 'languages' | 'pages' | 'outboundLinks' | 'downloads' | 'notFound';
      /** The field of a condition that shows one row alone. Absent: there is none. */
      readonly field?: string;
      /** All that match `search`, on any page. */
      readonly totalRows: number;
      readonly rows: readonly {
        /** null: not known; of sources: direct. */
        readonly value: string | null;
        readonly visitors: number;
        /** Distinct visitors are estimates. Absent: they are exact. */
        readonly estimated?: true;
        readonly visits?: number;
        readonly pageViews?: number;
        /** null where no visit begins. */
        readonly viewsPerVisit?: number | null;
        /** Share of visits with one event at most, besides those that pages send by themselves. null where no visit begins. */
        readonly bounceRate?: number | null;
        /** From the first event to the last, on the average. null where no visit begins. */
        readonly durationMs?: number | null;
        readonly events?: number;
        readonly conversions?: number;
        readonly convertedVisitors?: number;
        /** Share of the visitors who converted. */
        readonly conversionRate?: number | null;
      }[];
      /** Those after this page. */
      readonly others?: {
        readonly rows: number;
      };
    }[];
  };
  /** Notes on the answer. Absent if there are none. */
  readonly notes?: readonly {
    readonly code: 'PROPERTY_NOT_INDEXED';
    readonly field: string;
    readonly detail: string;
  }[];
};

export type Erasure = {
  readonly id: string;
  readonly app: string;
  /** `waiting`: another erasure of the app is running first. `cancelling`: what the engine began is being stopped. */
  readonly status: 'waiting' | 'running' | 'cancelling' | 'done' | 'failed' | 'cancelled';
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly createdAt: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly startedAt?: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly finishedAt?: string;
  /** The filter, as it was sent, such as `user=ann`. Absent once the erasure has ended. */
  readonly query?: string;
  /** Number of matching events found so far. */
  readonly matching?: number;
  /** Number of partitions (months) with matching events. */
  readonly partitions?: number;
  /** Progress while the engine rewrites its files, in table parts. */
  readonly progress?: {
    readonly partsDone: number;
    readonly partsTotal: number;
  };
  /** Number of events erased. Present once the erasure is done or cancelled; what was erased before it was cancelled stays erased. */
  readonly erased?: number;
  /** Why it failed. While it is running: why the last attempt failed; the server tries again. */
  readonly error?: {
    readonly code: string;
    readonly detail: string;
    readonly remedy: string;
  };
};

export type Filter = {
  /** A field: `event`, `id`, `user`, `device`, `session`, `uuid` a field of the visit, such as `session.source`, or a property: `data.plan`, `data.address.city` if it is nested, `data["a.b"]` if its key contains a dot. */
  readonly field: string;
  /** Default: `is`. */
  readonly operator?: 'is' | 'isNot' | 'contains' | 'startsWith' | 'matches' | 'in' | 'gt' | 'gte' | 'lt' | 'lte' | 'between' | 'exists';
  /** One value. For `in`, a list; for `between`, two numbers (both included); for `exists`, `true` or `false`. */
  readonly value?: (string | number | boolean | null) | (readonly (string | number | boolean | null)[]);
} | {
  readonly and: readonly Filter[];
} | {
  readonly or: readonly Filter[];
};

export type Question = {
  readonly kind: 'trend';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  /** In formulas, the first series is A, the second B, and so on. */
  readonly series: readonly {
    /** The name of the event. Default: any event. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** Conditions that must all hold. */
    readonly filters?: readonly Filter[];
    /** Your own name for it in the answer. */
    readonly name?: string;
    /** Default: `count`. Measures of a property skip values that are not numbers and report how many. */
    readonly measure?: 'count' | 'users' | 'sessions' | 'visits' | 'bounceRate' | 'sessionDuration' | 'eventsPerSession' | 'viewsPerVisit' | 'entries' | 'exits' | 'perUser' | 'sum' | 'avg' | 'min' | 'max' | 'median' | 'p90' | 'p95' | 'p99' | 'uniqueValues';
    /** A field: `event`, `id`, `user`, `device`, `session`, `uuid` a field of the visit, such as `session.source`, or a property: `data.plan`, `data.address.city` if it is nested, `data["a.b"]` if its key contains a dot. */
    readonly property?: string;
  }[];
  readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month';
  readonly breakdown?: readonly string[];
  /** Number of groups; the rest is combined into `other`. Default: 10. */
  readonly limit?: number;
  /** Adds the same series for another range. */
  readonly compare?: 'previousPeriod' | 'sameWeekdays' | 'previousYear' | {
    /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
    readonly from: string | number;
    /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
    readonly to: string | number;
  };
  /** Adds a series computed from the others, such as `A / B * 100`. Operators: `+`, `-`, `*`, `/` and brackets. */
  readonly formula?: string;
  /** `true`: each point is the total since the start of the range. */
  readonly cumulative?: boolean;
  /** Adds to each point the mean of this many points, up to and including it. */
  readonly movingAverage?: number;
} | {
  readonly kind: 'funnel';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  readonly steps: readonly {
    /** The name of the event. Default: any event. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** Conditions that must all hold. */
    readonly filters?: readonly Filter[];
    /** Your own name for it in the answer. */
    readonly name?: string;
  }[];
  /** A duration such as `90s`, `30min`, `12h`, `14d` or `2w`. A day is 24 hours. */
  readonly window?: string;
  /** `ordered` (default): other events can come between the steps. `strict`: no other events in between. `any`: the steps in any order; step n counts those who did n of them. */
  readonly order?: 'ordered' | 'strict' | 'any';
  /** Users who do one of these events between two steps do not count for the second step. */
  readonly exclude?: readonly {
    /** The name of the event. Default: any event. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** Conditions that must all hold. */
    readonly filters?: readonly Filter[];
    /** Your own name for it in the answer. */
    readonly name?: string;
    /** Excludes only between this step (the first is 1) and the next. Default: between any two steps. */
    readonly after?: number;
  }[];
  readonly by?: 'user' | 'session';
  /** A field: `event`, `id`, `user`, `device`, `session`, `uuid` a field of the visit, such as `session.source`, or a property: `data.plan`, `data.address.city` if it is nested, `data["a.b"]` if its key contains a dot. */
  readonly breakdown?: string;
  /** Number of groups; the rest is combined into `other`. Default: 10. */
  readonly limit?: number;
  /** Adds a list of the users. */
  readonly list?: {
    readonly step: number;
    /** `reached` (default), or `dropped`: reached this step but not the next. */
    readonly status?: 'reached' | 'dropped';
    readonly limit?: number;
  };
} | {
  readonly kind: 'retention';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  readonly start: {
    /** The name of the event. Default: any event. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** Conditions that must all hold. */
    readonly filters?: readonly Filter[];
    /** Your own name for it in the answer. */
    readonly name?: string;
  };
  readonly return?: {
    /** The name of the event. Default: any event. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** Conditions that must all hold. */
    readonly filters?: readonly Filter[];
    /** Your own name for it in the answer. */
    readonly name?: string;
  };
  readonly interval: 'day' | 'week' | 'month';
  /** `onDay` (default): came back in that period. `unbounded`: in that period or a later one. */
  readonly mode?: 'onDay' | 'unbounded';
  /** A field: `event`, `id`, `user`, `device`, `session`, `uuid` a field of the visit, such as `session.source`, or a property: `data.plan`, `data.address.city` if it is nested, `data["a.b"]` if its key contains a dot. */
  readonly breakdown?: string;
  /** Number of groups; the rest is combined into `other`. Default: 10. */
  readonly limit?: number;
} | {
  readonly kind: 'stickiness';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  /** The name of the event. Default: any event. */
  readonly event?: string;
  /** The id of the event, instead of its name. */
  readonly id?: string;
  /** Your own name for it in the answer. */
  readonly name?: string;
  /** Default: `day`. */
  readonly interval?: 'day' | 'week' | 'month';
  /** One distribution for each period. Default: one for the whole range. */
  readonly period?: 'week' | 'month';
} | {
  readonly kind: 'lifecycle';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  /** The name of the event. Default: any event. */
  readonly event?: string;
  /** The id of the event, instead of its name. */
  readonly id?: string;
  /** Your own name for it in the answer. */
  readonly name?: string;
  readonly interval: 'day' | 'week' | 'month';
} | {
  readonly kind: 'paths';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  readonly start?: {
    /** The name of the event. Default: any event. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** Conditions that must all hold. */
    readonly filters?: readonly Filter[];
    /** Your own name for it in the answer. */
    readonly name?: string;
  };
  readonly end?: {
    /** The name of the event. Default: any event. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** Conditions that must all hold. */
    readonly filters?: readonly Filter[];
    /** Your own name for it in the answer. */
    readonly name?: string;
  };
  /** Number of events in a path, including the first. Default: 4. */
  readonly steps?: number;
  /** A field: `event`, `id`, `user`, `device`, `session`, `uuid` a field of the visit, such as `session.source`, or a property: `data.plan`, `data.address.city` if it is nested, `data["a.b"]` if its key contains a dot. */
  readonly node?: string;
  /** A duration such as `90s`, `30min`, `12h`, `14d` or `2w`. A day is 24 hours. */
  readonly sessionGap?: string;
  /** `true` (default): repeats of the same event are one step. */
  readonly collapse?: boolean;
  /** Number of groups; the rest is combined into `other`. Default: 10. */
  readonly limit?: number;
} | {
  readonly kind: 'sessions';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  /** A duration such as `90s`, `30min`, `12h`, `14d` or `2w`. A day is 24 hours. */
  readonly gap?: string;
  readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month';
  /** Adds groups of sessions, by the values of these fields on the first event of each session. */
  readonly breakdown?: readonly string[];
  /** Number of groups; the rest is combined into `other`. Default: 10. */
  readonly limit?: number;
  /** Adds a list of this many of the latest sessions. */
  readonly list?: number;
} | {
  readonly kind: 'users';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  /** Only users whose id, or device if they are anonymous, or any text of their traits (name, email, …) contains this text, ignoring case. */
  readonly search?: string;
  /** Default: `lastSeen`. */
  readonly sort?: 'lastSeen' | 'firstSeen' | 'events';
  /** Default: `desc`. */
  readonly order?: 'asc' | 'desc';
  readonly limit?: number;
  readonly offset?: number;
} | {
  readonly kind: 'timeline';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  readonly user?: string;
  readonly device?: string;
  /** Default: `desc`. */
  readonly order?: 'asc' | 'desc';
  readonly limit?: number;
  /** The `next` of the previous page. */
  readonly after?: string;
} | {
  readonly kind: 'performance';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  /** The name of the event. Default: any event. */
  readonly event?: string;
  /** The id of the event, instead of its name. */
  readonly id?: string;
  /** Your own name for it in the answer. */
  readonly name?: string;
  /** A field: `event`, `id`, `user`, `device`, `session`, `uuid` a field of the visit, such as `session.source`, or a property: `data.plan`, `data.address.city` if it is nested, `data["a.b"]` if its key contains a dot. */
  readonly property: string;
  /** A field: `event`, `id`, `user`, `device`, `session`, `uuid` a field of the visit, such as `session.source`, or a property: `data.plan`, `data.address.city` if it is nested, `data["a.b"]` if its key contains a dot. */
  readonly by: string;
  readonly condition?: Filter;
  readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month';
  /** Default: `p95`. The highest values come first. */
  readonly sort?: 'p50' | 'p95' | 'p99' | 'max' | 'count' | 'rate';
  /** Number of groups; the rest is combined into `other`. Default: 10. */
  readonly limit?: number;
} | {
  readonly kind: 'sql';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  /** One `SELECT` on `events` (see docs/analyze/sql.md). */
  readonly sql: string;
} | {
  readonly kind: 'web';
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** An IANA time zone. Default: that of the app, or else of the server. */
  readonly timeZone?: string;
  readonly weekStart?: 'sunday' | 'monday';
  /** Conditions that must all hold. */
  readonly filters?: readonly Filter[];
  readonly segment?: Segment;
  /** `true`: counts distinct users and percentiles exactly, whatever it takes. `false`: may estimate them. Default: distinct users exactly up to `exactUsersMaxRows` events, percentiles up to 20 million values. */
  readonly exact?: boolean;
  readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month';
  /** Adds the same numbers, without cards and goals, for another range. */
  readonly compare?: 'previousPeriod' | 'sameWeekdays' | 'previousYear' | {
    /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
    readonly from: string | number;
    /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
    readonly to: string | number;
  };
  /** `true`: adds the number of visitors of the last 5 minutes. */
  readonly current?: boolean;
  /** Adds the conversions of each. */
  readonly goals?: readonly ({
    /** The name of the event. Default: any event. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** Conditions that must all hold. */
    readonly filters?: readonly Filter[];
    /** Your own name for it in the answer. */
    readonly name?: string;
  } | {
    /** The path of a page that is viewed, such as `/thanks`. `*` stands for any text: `/blog/*`. */
    readonly page: string;
    readonly name?: string;
  })[];
  /** The number of one of `goals`, from 1: adds its conversions to all numbers and rows. */
  readonly goal?: number;
  /** Breakdowns of the visits, or of what happens in them. Each card can be asked for once. */
  readonly cards?: readonly {
    readonly card: 'sources' | 'channels' | 'referrers' | 'utmSources' | 'utmMediums' | 'utmCampaigns' | 'utmTerms' | 'utmContents' | 'entryPages' | 'exitPages' | 'hostnames' | 'countries' | 'regions' | 'cities' | 'browsers' | 'browserVersions' | 'operatingSystems' | 'deviceTypes' | 'screens' | 'languages' | 'pages' | 'outboundLinks' | 'downloads' | 'notFound';
    /** Number of rows. Default: 10. */
    readonly limit?: number;
    readonly offset?: number;
    /** Only values that contain this text, ignoring case. */
    readonly search?: string;
    /** Default: `visitors`. */
    readonly sort?: 'visitors' | 'visits' | 'pageViews' | 'viewsPerVisit' | 'bounceRate' | 'durationMs' | 'conversions' | 'convertedVisitors' | 'conversionRate' | 'events';
    /** Default: `desc`. */
    readonly order?: 'asc' | 'desc';
  }[];
};

export type SavedDashboard = {
  readonly id: string;
  /** Send it with each change. */
  readonly version: number;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly createdAt: string;
  /** ISO 8601 in UTC, ending in `Z`. */
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
    /** The chart type. Default: the one that fits the kind of question. */
    readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
    /** The id of a saved item. */
    readonly report?: string;
    readonly question?: Question;
  }[];
};

export type SavedReport = {
  readonly id: string;
  /** Send it with each change. */
  readonly version: number;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly createdAt: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly name: string;
  readonly description?: string;
  readonly question: Question;
  /** The chart type. Default: the one that fits the kind of question. */
  readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
};

export type SavedSegment = {
  readonly id: string;
  /** Send it with each change. */
  readonly version: number;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly createdAt: string;
  /** ISO 8601 in UTC, ending in `Z`. */
  readonly updatedAt: string;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly name: string;
  readonly description?: string;
  readonly segment: Segment;
};

export type Segment = {
  readonly did: {
    /** The name of the event. Default: any event. */
    readonly event?: string;
    /** The id of the event, instead of its name. */
    readonly id?: string;
    /** Conditions that must all hold. */
    readonly filters?: readonly Filter[];
    /** Your own name for it in the answer. */
    readonly name?: string;
  };
  /** At least this many times. Default: 1. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Whole calendar units up to now, including the current one: `30d` is today and the 29 days before. Units: `min`, `h`, `d`, `w`, `m` (months), `y`. */
  readonly last?: string;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly from?: string | number;
  /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
  readonly to?: string | number;
} | {
  /** The id of a saved item. */
  readonly saved: string;
} | {
  readonly firstSeen: {
    /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
    readonly from?: string | number;
    /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
    readonly to?: string | number;
  };
} | {
  readonly lastSeen: {
    /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
    readonly from?: string | number;
    /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
    readonly to?: string | number;
  };
} | {
  readonly and: readonly Segment[];
} | {
  readonly or: readonly Segment[];
} | {
  readonly not: Segment;
};

export interface Operations {
  /** Sign in with username and password, or with a GitHub token */
  postAuth: {
    body: {
      readonly username?: string;
      readonly password?: string;
      /** A GitHub personal access token, instead of name and password. */
      readonly token?: string;
    };
    answer: {
      readonly token: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly expiresAt: string;
      readonly user: string;
      readonly role: 'admin' | 'viewer';
    };
  };
  /** Get the signed-in user */
  getAuth: {
    answer: {
      readonly user: string;
      readonly role: 'admin' | 'viewer';
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly expiresAt: string;
    };
  };
  /** Sign out; the token becomes invalid */
  deleteAuth: {
    answer: undefined;
  };
  /** Change your own password; your other sessions end */
  putAuthPassword: {
    body: {
      readonly present: string;
      /** The new one. */
      readonly password: string;
    };
    answer: {
      readonly token: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly expiresAt: string;
      readonly user: string;
      readonly role: 'admin' | 'viewer';
    };
  };
  /** List your open sessions, most recently used first */
  getAuthSessions: {
    answer: readonly {
      readonly id: string;
      /** `true` for the session of this request. */
      readonly isCurrent: boolean;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly signedInAt: string;
      /** Accurate to ten minutes. */
      readonly lastUsedAt: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly expiresAt: string;
      /** The IP address of the sign-in. */
      readonly address: string;
      /** The `User-Agent` of the sign-in. */
      readonly agent: string;
    }[];
  };
  /** End all your other sessions; this one continues with a new token */
  deleteAuthSessions: {
    answer: {
      readonly token: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly expiresAt: string;
      readonly user: string;
      readonly role: 'admin' | 'viewer';
    };
  };
  /** End one of your sessions */
  deleteAuthSessionsId: {
    answer: undefined;
  };
  /** Send one or more events; the answer comes when they are on disk */
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
      /** Properties that are stored but cannot be used in filters, because the app has too many property names. Absent if all are indexed. */
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
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly timestamp: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly receivedAt: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly clientTimestamp?: string;
      readonly user?: string;
      readonly device?: string;
      readonly session?: string;
      readonly data?: { readonly [name: string]: unknown };
    } & {
      /** Properties that are stored but cannot be used in filters, because the app has too many property names. Absent if all are indexed. */
      readonly notIndexed?: readonly string[];
    };
  };
  /** List events, newest first; as NDJSON, CSV or Parquet, export all of them */
  getApiEventsApp: {
    query: {
      /** A day such as 2026-11-24, `today` or `yesterday`. */
      readonly date?: string | undefined;
      /** A day or a time. A time without an offset is in the time zone of the request. */
      readonly from?: string | undefined;
      /** A day or a time. A day is included; a time is excluded. */
      readonly to?: string | undefined;
      /** `asc` or `desc` (default). */
      readonly order?: 'asc' | 'desc' | undefined;
      /** JSON: events per page (default 1,000, at most 10,000). NDJSON, CSV and Parquet: events in total (default: all). */
      readonly limit?: number | undefined;
      /** The cursor from the `Link` header of the previous page. */
      readonly cursor?: string | undefined;
      /** An IANA time zone. Default: that of the app, or else of the server. */
      readonly timeZone?: string | undefined;
      /** Default: that of the app, or else of the server. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
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
      /** The uuid of the event. */
      readonly uuid?: string | undefined;
      /** Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: readonly {
      readonly uuid: string;
      readonly app: string;
      readonly id: string;
      readonly event: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly timestamp: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly receivedAt: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly clientTimestamp?: string;
      readonly user?: string;
      readonly device?: string;
      readonly session?: string;
      readonly data?: { readonly [name: string]: unknown };
    }[];
  };
  /** Erase matching events, or all events, permanently */
  deleteApiEventsApp: {
    query: {
      /** A day such as 2026-11-24, `today` or `yesterday`. */
      readonly date?: string | undefined;
      /** A day or a time. A time without an offset is in the time zone of the request. */
      readonly from?: string | undefined;
      /** A day or a time. A day is included; a time is excluded. */
      readonly to?: string | undefined;
      /** An IANA time zone. Default: that of the app, or else of the server. */
      readonly timeZone?: string | undefined;
      /** Default: that of the app, or else of the server. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true`: if an erased event is sent again within the next `idWindowDays` days, it counts as a duplicate. */
      readonly block?: boolean | undefined;
      /** `true`: erases nothing, and answers how many events match (`matching`). */
      readonly dryRun?: boolean | undefined;
      /** `true`: erases all events of the app. Send no filter. */
      readonly all?: boolean | undefined;
      /** Seconds to wait for the erasure to finish, 0 to 60 (default 10). If it takes longer, the answer is 202 and the erasure continues. */
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
      /** The uuid of the event. */
      readonly uuid?: string | undefined;
      /** Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly erased: number;
      readonly matching?: number;
    } | Erasure;
  };
  /** List the erasures of an app */
  getApiAppsAppErasures: {
    answer: readonly Erasure[];
  };
  /** Get the progress of an erasure */
  getApiAppsAppErasuresId: {
    answer: Erasure;
  };
  /** Cancel an erasure */
  deleteApiAppsAppErasuresId: {
    answer: Erasure;
  };
  /** Count the events of one hour */
  getApiReportsHourApp: {
    query: {
      /** A day; today unless given. */
      readonly date?: string | undefined;
      /** The hour of the day, local. */
      readonly hour: number;
      /** Adds a series with this interval. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA time zone. Default: that of the app, or else of the server. */
      readonly timeZone?: string | undefined;
      /** Default: that of the app, or else of the server. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true`: counts distinct users exactly. `false`: may estimate them. Default: exactly up to `exactUsersMaxRows` events. */
      readonly exact?: boolean | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report in the path; any other value is an error. Only for clients of Seismo 1. */
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
      /** The uuid of the event. */
      readonly uuid?: string | undefined;
      /** Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** Notes on the answer. Absent if there are none. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** All buckets, including empty ones. */
      readonly series?: readonly {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Count the events of one day */
  getApiReportsDayApp: {
    query: {
      /** A day; today unless given. */
      readonly date?: string | undefined;
      /** Adds a series with this interval. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA time zone. Default: that of the app, or else of the server. */
      readonly timeZone?: string | undefined;
      /** Default: that of the app, or else of the server. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true`: counts distinct users exactly. `false`: may estimate them. Default: exactly up to `exactUsersMaxRows` events. */
      readonly exact?: boolean | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report in the path; any other value is an error. Only for clients of Seismo 1. */
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
      /** The uuid of the event. */
      readonly uuid?: string | undefined;
      /** Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** Notes on the answer. Absent if there are none. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** All buckets, including empty ones. */
      readonly series?: readonly {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Count the events of one week */
  getApiReportsWeekApp: {
    query: {
      /** A day in the week. */
      readonly week?: string | undefined;
      /** A day; today unless given. */
      readonly date?: string | undefined;
      /** Adds a series with this interval. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA time zone. Default: that of the app, or else of the server. */
      readonly timeZone?: string | undefined;
      /** Default: that of the app, or else of the server. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true`: counts distinct users exactly. `false`: may estimate them. Default: exactly up to `exactUsersMaxRows` events. */
      readonly exact?: boolean | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report in the path; any other value is an error. Only for clients of Seismo 1. */
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
      /** The uuid of the event. */
      readonly uuid?: string | undefined;
      /** Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** Notes on the answer. Absent if there are none. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** All buckets, including empty ones. */
      readonly series?: readonly {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Count the events of one month */
  getApiReportsMonthApp: {
    query: {
      /** A month such as 2026-11, or a day in it. */
      readonly month?: string | undefined;
      /** A day; today unless given. */
      readonly date?: string | undefined;
      /** Adds a series with this interval. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA time zone. Default: that of the app, or else of the server. */
      readonly timeZone?: string | undefined;
      /** Default: that of the app, or else of the server. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true`: counts distinct users exactly. `false`: may estimate them. Default: exactly up to `exactUsersMaxRows` events. */
      readonly exact?: boolean | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report in the path; any other value is an error. Only for clients of Seismo 1. */
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
      /** The uuid of the event. */
      readonly uuid?: string | undefined;
      /** Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** Notes on the answer. Absent if there are none. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** All buckets, including empty ones. */
      readonly series?: readonly {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Count the events of any period */
  getApiReportsPeriodApp: {
    query: {
      /** A day or a time. A time without an offset is in the time zone of the request. */
      readonly from: string;
      /** A day or a time. A day is included; a time is excluded. */
      readonly to: string;
      /** Adds a series with this interval. */
      readonly interval?: 'minute' | 'hour' | 'day' | 'week' | 'month' | undefined;
      /** An IANA time zone. Default: that of the app, or else of the server. */
      readonly timeZone?: string | undefined;
      /** Default: that of the app, or else of the server. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true`: counts distinct users exactly. `false`: may estimate them. Default: exactly up to `exactUsersMaxRows` events. */
      readonly exact?: boolean | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
      /** The report in the path; any other value is an error. Only for clients of Seismo 1. */
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
      /** The uuid of the event. */
      readonly uuid?: string | undefined;
      /** Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly app: string;
      readonly id?: string;
      readonly event?: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly to: string;
      readonly timeZone: string;
      readonly total: number;
      readonly users: number;
      readonly usersExact: boolean;
      /** Notes on the answer. Absent if there are none. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
      /** All buckets, including empty ones. */
      readonly series?: readonly {
        /** ISO 8601 in UTC, ending in `Z`. */
        readonly from: string;
        readonly total: number;
        readonly users: number;
      }[];
    };
  };
  /** Count events by the values of a property */
  getApiGroupsApp: {
    query: {
      /** The property. Use dots for nested ones: `address.city`. */
      readonly attr: string;
      /** A day such as 2026-11-24, `today` or `yesterday`. */
      readonly date?: string | undefined;
      /** A day or a time. A time without an offset is in the time zone of the request. */
      readonly from?: string | undefined;
      /** A day or a time. A day is included; a time is excluded. */
      readonly to?: string | undefined;
      /** Number of groups, most frequent first. The rest is combined into `others`. */
      readonly limit?: number | undefined;
      /** An IANA time zone. Default: that of the app, or else of the server. */
      readonly timeZone?: string | undefined;
      /** Default: that of the app, or else of the server. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true`: counts distinct users exactly. `false`: may estimate them. Default: exactly up to `exactUsersMaxRows` events. */
      readonly exact?: boolean | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
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
      /** The uuid of the event. */
      readonly uuid?: string | undefined;
      /** Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly attr: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
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
      /** Notes on the answer. Absent if there are none. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
    };
  };
  /** Run an analysis: trends, funnels, retention and more */
  postApiQueryApp: {
    query: {
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
    };
    body: Question;
    answer: Answer;
  };
  /** Run an analysis by a link */
  getApiQueryApp: {
    query: {
      /** The question as percent-encoded JSON. */
      readonly q: string;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
      /** What the answer looks like; without it as `Accept` says. */
      readonly format?: 'json' | 'ndjson' | 'csv' | undefined;
      /** `true` puts an apostrophe before texts that a spreadsheet would compute; an import takes it off again. */
      readonly csvSafe?: boolean | undefined;
    };
    answer: Answer;
  };
  /** Get the SQL of an analysis */
  postApiQueryAppSql: {
    body: Question;
    answer: {
      readonly kind: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly from: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly to: string;
      readonly timeZone: string;
      /** The statements, in the order in which the engine ran them. */
      readonly statements: readonly {
        /** ClickHouse SQL, with parameters such as `{p1:String}`. */
        readonly sql: string;
        readonly parameters: { readonly [name: string]: unknown };
      }[];
    };
  };
  /** List the apps that have events, settings or a key */
  getApiApps: {
    query: {
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
    };
    answer: readonly {
      readonly app: string;
      /** The display name. */
      readonly name?: string;
      readonly total: number;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly firstSeen?: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly lastSeen?: string;
      /** The time zone that applies: that of the app, or else of the server. */
      readonly timeZone: string;
      readonly weekStart: 'sunday' | 'monday';
      /** The goals of the page Web, as `goals` of the question `web`. */
      readonly goals?: readonly ({
        /** The name of the event. Default: any event. */
        readonly event?: string;
        /** The id of the event, instead of its name. */
        readonly id?: string;
        /** Conditions that must all hold. */
        readonly filters?: readonly Filter[];
        /** Your own name for it in the answer. */
        readonly name?: string;
      } | {
        /** The path of a page that is viewed, such as `/thanks`. `*` stands for any text: `/blog/*`. */
        readonly page: string;
        readonly name?: string;
      })[];
    }[];
  };
  /** Get the settings of an app, and what applies where it has none */
  getApiAppsApp: {
    answer: {
      readonly name?: string;
      /** An IANA time zone. */
      readonly timeZone?: string;
      readonly weekStart?: 'sunday' | 'monday';
      readonly retentionDays?: number;
      /** The goals of the page Web, as `goals` of the question `web`. */
      readonly goals?: readonly ({
        /** The name of the event. Default: any event. */
        readonly event?: string;
        /** The id of the event, instead of its name. */
        readonly id?: string;
        /** Conditions that must all hold. */
        readonly filters?: readonly Filter[];
        /** Your own name for it in the answer. */
        readonly name?: string;
      } | {
        /** The path of a page that is viewed, such as `/thanks`. `*` stands for any text: `/blog/*`. */
        readonly page: string;
        readonly name?: string;
      })[];
      /** Of the server configuration: what applies where the app has no setting. No `retentionDays`: events are kept forever. */
      readonly defaults: {
        /** An IANA time zone. */
        readonly timeZone: string;
        readonly weekStart: 'sunday' | 'monday';
        readonly retentionDays?: number;
      };
    };
  };
  /** Change settings of an app; `null` removes one */
  patchApiAppsApp: {
    body: {
      readonly name?: string | null;
      readonly timeZone?: string | null;
      readonly weekStart?: ('sunday' | 'monday') | null;
      readonly retentionDays?: number | null;
      readonly goals?: (readonly ({
        /** The name of the event. Default: any event. */
        readonly event?: string;
        /** The id of the event, instead of its name. */
        readonly id?: string;
        /** Conditions that must all hold. */
        readonly filters?: readonly Filter[];
        /** Your own name for it in the answer. */
        readonly name?: string;
      } | {
        /** The path of a page that is viewed, such as `/thanks`. `*` stands for any text: `/blog/*`. */
        readonly page: string;
        readonly name?: string;
      })[]) | null;
    };
    answer: {
      readonly name?: string;
      /** An IANA time zone. */
      readonly timeZone?: string;
      readonly weekStart?: 'sunday' | 'monday';
      readonly retentionDays?: number;
      /** The goals of the page Web, as `goals` of the question `web`. */
      readonly goals?: readonly ({
        /** The name of the event. Default: any event. */
        readonly event?: string;
        /** The id of the event, instead of its name. */
        readonly id?: string;
        /** Conditions that must all hold. */
        readonly filters?: readonly Filter[];
        /** Your own name for it in the answer. */
        readonly name?: string;
      } | {
        /** The path of a page that is viewed, such as `/thanks`. `*` stands for any text: `/blog/*`. */
        readonly page: string;
        readonly name?: string;
      })[];
    };
  };
  /** List the event names of an app */
  getApiAppsAppEvents: {
    query: {
      /** `true`: with system events, whose ids begin with `$`, such as `$identify`. */
      readonly system?: boolean | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
    };
    answer: readonly {
      readonly id: string;
      readonly event: string;
      readonly total: number;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly firstSeen: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly lastSeen: string;
    }[];
  };
  /** List the properties of an app */
  getApiAppsAppProperties: {
    query: {
      /** Only properties of events with this name. */
      readonly event?: string | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
      readonly fresh?: boolean | undefined;
    };
    answer: readonly {
      /** The name as used in filters. */
      readonly name: string;
      readonly total: number;
      readonly types: readonly string[];
      readonly examples: readonly unknown[];
    }[];
  };
  /** List values of a field, from the newest events */
  getApiAppsAppValues: {
    query: {
      /** `event`, `id`, `user`, `device`, `session`, `uuid` or a property such as `data.plan`. */
      readonly field: string;
      /** Only values that contain this text, ignoring case. Those that start with it come first. */
      readonly search?: string | undefined;
      /** Number of values. Default: 20, at most 1,000. */
      readonly limit?: number | undefined;
      /** A day such as 2026-11-24, `today` or `yesterday`. */
      readonly date?: string | undefined;
      /** A day or a time. A time without an offset is in the time zone of the request. */
      readonly from?: string | undefined;
      /** A day or a time. A day is included; a time is excluded. */
      readonly to?: string | undefined;
      /** An IANA time zone. Default: that of the app, or else of the server. */
      readonly timeZone?: string | undefined;
      /** Default: that of the app, or else of the server. */
      readonly weekStart?: 'sunday' | 'monday' | undefined;
      /** `true` (default): the answer includes every event acknowledged before the request. `false`: never waits for them. */
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
      /** The uuid of the event. */
      readonly uuid?: string | undefined;
      /** Any property, with dots for nested ones: `data.plan=pro`, `data.ms[gte]=500`, `data.plan[in]=a,b`, `data.x[exists]=true`. */
      readonly [property: `data.${string}` | `data[${string}`]: string | number | boolean | undefined;
      /** Filters as in a question, as JSON. All of them must hold: `[{"or":[{"field":"data.plan","value":"pro"},{"field":"user","operator":"startsWith","value":"a"}]}]`. */
      readonly filters?: string | undefined;
    };
    answer: {
      readonly field: string;
      readonly values: readonly {
        /** Any JSON value. */
        readonly value: unknown;
        /** Number of events, among those examined. */
        readonly total: number;
      }[];
      /** `true` if there are more values than `limit`. */
      readonly more: boolean;
      /** Number of events examined, newest first. */
      readonly events: number;
      /** `true` if there are older events that were not examined. */
      readonly sample: boolean;
      /** Notes on the answer. Absent if there are none. */
      readonly notes?: readonly {
        readonly code: 'PROPERTY_NOT_INDEXED';
        readonly field: string;
        readonly detail: string;
      }[];
    };
  };
  /** List the reports of an app */
  getApiAppsAppReports: {
    answer: readonly SavedReport[];
  };
  /** Save a new report */
  postApiAppsAppReports: {
    body: {
      readonly name: string;
      readonly description?: string;
      readonly question: Question;
      /** The chart type. Default: the one that fits the kind of question. */
      readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
    };
    answer: SavedReport;
  };
  /** Get one report */
  getApiAppsAppReportsId: {
    answer: SavedReport;
  };
  /** Change a report; send the version you loaded as `version` or in `If-Match` */
  patchApiAppsAppReportsId: {
    body: {
      readonly name?: string;
      readonly description?: string | null;
      readonly question?: Question;
      readonly chart?: ('line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey') | null;
      /** The version you loaded. You can also send it in `If-Match`. */
      readonly version?: number;
    };
    answer: SavedReport;
  };
  /** Delete a report; with `If-Match`, only that version */
  deleteApiAppsAppReportsId: {
    answer: undefined;
  };
  /** List the dashboards of an app */
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
        /** The chart type. Default: the one that fits the kind of question. */
        readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
        /** The id of a saved item. */
        readonly report?: string;
        readonly question?: Question;
      }[];
    };
    answer: SavedDashboard;
  };
  /** Get one dashboard */
  getApiAppsAppDashboardsId: {
    answer: SavedDashboard;
  };
  /** Change a dashboard; send the version you loaded as `version` or in `If-Match` */
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
        /** The chart type. Default: the one that fits the kind of question. */
        readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
        /** The id of a saved item. */
        readonly report?: string;
        readonly question?: Question;
      }[];
      /** The version you loaded. You can also send it in `If-Match`. */
      readonly version?: number;
    };
    answer: SavedDashboard;
  };
  /** Delete a dashboard; with `If-Match`, only that version */
  deleteApiAppsAppDashboardsId: {
    answer: undefined;
  };
  /** List the segments of an app */
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
  /** Get one segment */
  getApiAppsAppSegmentsId: {
    answer: SavedSegment;
  };
  /** Change a segment; send the version you loaded as `version` or in `If-Match` */
  patchApiAppsAppSegmentsId: {
    body: {
      readonly name?: string;
      readonly description?: string | null;
      readonly segment?: Segment;
      /** The version you loaded. You can also send it in `If-Match`. */
      readonly version?: number;
    };
    answer: SavedSegment;
  };
  /** Delete a segment; with `If-Match`, only that version */
  deleteApiAppsAppSegmentsId: {
    answer: undefined;
  };
  /** List the annotations of an app */
  getApiAppsAppAnnotations: {
    query: {
      /** A day in the app's time zone, or a time. */
      readonly from?: string | undefined;
      /** A day or a time. A day is included; a time is excluded. */
      readonly to?: string | undefined;
    };
    answer: readonly {
      readonly id: string;
      /** Send it with each change. */
      readonly version: number;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly createdAt: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly updatedAt: string;
      readonly createdBy: string;
      readonly updatedBy: string;
      /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
      readonly date: string | number;
      readonly text: string;
      /** The date as a time: for a day, its start in the app's time zone. */
      readonly at: string;
    }[];
  };
  /** Save a new annotation */
  postApiAppsAppAnnotations: {
    body: {
      /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
      readonly date: string | number;
      readonly text: string;
    };
    answer: Annotation;
  };
  /** Get one annotation */
  getApiAppsAppAnnotationsId: {
    answer: Annotation;
  };
  /** Change a annotation; send the version you loaded as `version` or in `If-Match` */
  patchApiAppsAppAnnotationsId: {
    body: {
      /** A day (`2026-11-24`, `today` or `yesterday`; included as `to`), a time (in the time zone of the question if it has no offset; excluded as `to`), or milliseconds since 1970. */
      readonly date?: string | number;
      readonly text?: string;
      /** The version you loaded. You can also send it in `If-Match`. */
      readonly version?: number;
    };
    answer: Annotation;
  };
  /** Delete a annotation; with `If-Match`, only that version */
  deleteApiAppsAppAnnotationsId: {
    answer: undefined;
  };
  /** List the links to a report, without their secrets */
  getApiAppsAppReportsIdShare: {
    answer: readonly {
      readonly id: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly createdAt: string;
      readonly createdBy: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly expiresAt?: string;
    }[];
  };
  /** Create a link to a report; it is shown only once */
  postApiAppsAppReportsIdShare: {
    body: {
      /** An ISO 8601 time with `Z` or an offset. Absent: the link works until it is revoked. */
      readonly expiresAt?: string;
    };
    answer: {
      readonly id: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly createdAt: string;
      readonly createdBy: string;
      /** ISO 8601 in UTC, ending in `Z`. */
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
  /** List the links to a dashboard, without their secrets */
  getApiAppsAppDashboardsIdShare: {
    answer: readonly {
      readonly id: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly createdAt: string;
      readonly createdBy: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly expiresAt?: string;
    }[];
  };
  /** Create a link to a dashboard; it is shown only once */
  postApiAppsAppDashboardsIdShare: {
    body: {
      /** An ISO 8601 time with `Z` or an offset. Absent: the link works until it is revoked. */
      readonly expiresAt?: string;
    };
    answer: {
      readonly id: string;
      /** ISO 8601 in UTC, ending in `Z`. */
      readonly createdAt: string;
      readonly createdBy: string;
      /** ISO 8601 in UTC, ending in `Z`. */
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
  /** Get the answers that a shared link shows */
  getApiSharedToken: {
    query: {
      /** A day or a time. A time without an offset is in the time zone of the request. Narrows the range of the question. */
      readonly from?: string | undefined;
      /** A day or a time. A day is included; a time is excluded. Narrows the range of the question. */
      readonly to?: string | undefined;
    };
    answer: {
      readonly kind: 'report' | 'dashboard';
      readonly name: string;
      readonly description?: string;
      /** For a report, its answer; for a dashboard, one entry for each tile, in order. */
      readonly parts: readonly {
        readonly place?: {
          readonly x: number;
          readonly y: number;
          readonly w: number;
          readonly h: number;
        };
        readonly name?: string;
        readonly chart?: 'line' | 'bar' | 'area' | 'pie' | 'number' | 'table' | 'funnel' | 'heatmap' | 'sankey';
        /** The parts of the question needed to draw the answer, without filters and segments. */
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
        /** Present instead of an answer. */
        readonly problem?: {
          readonly code: string;
          readonly title: string;
        };
      }[];
    };
  };
}
