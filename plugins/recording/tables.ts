/** The plugin's own tables, column for column what migrations/ makes. */
import type { ColumnType } from 'kysely';

declare module '#plugin-api' {
  interface TableMap {
    recording_sessions: {
      session_id: string;
      stream_id: string;
      finished_at: ColumnType<Date | null, Date | undefined, Date>;
    };
    recording_files: {
      session_id: string;
      number: number;
      storage_key: string;
      start: number;
      clock: number;
      video_from: number | null;
      audio_from: number | null;
      /** bigint: a text. */
      size: ColumnType<string | null, number | undefined, number>;
      duration: ColumnType<number | null, number | undefined, number>;
    };
  }
}
