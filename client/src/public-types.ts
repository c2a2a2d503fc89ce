export type { Callback, Events, Posted } from './call-style.ts';
export type { Client, Limit, TrackCall } from './client.ts';
export type { Drop } from './delivery/queue.ts';
export type { WhenFull } from './delivery/when-full.ts';
export type { EventData, EventName, SentEvent, TrackOptions } from './event.ts';
export type { Fetch } from './fetch-send.ts';
export type { ClientOptions, Credentials, WaitUntil } from './options.ts';
export type {
  Analysis,
  AnalysisOf,
  DataFilter,
  EventsQuery,
  Groups,
  GroupsQuery,
  Question,
  Report,
  ReportQuery,
  StoredEvent,
} from './questions.ts';
export type { Clock } from './runtime.ts';
export type { ErrorCode, Operations, Problem } from './wire.ts';
