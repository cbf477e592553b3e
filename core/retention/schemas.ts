/** The JSON of retention, of streams and organizations alike. */
import { Type } from '#plugin-api';

export const RetentionBody = Type.Union(
  [
    Type.Object({
      days: Type.Union([Type.Integer({ minimum: 1, maximum: 36_500 }), Type.Null()], {
        description: 'Recordings that are older are deleted.',
      }),
      bytes: Type.Union([Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), Type.Null()], {
        description: 'Where all recordings together have more, the oldest are deleted.',
      }),
    }),
    Type.Null(),
  ],
  { description: 'How long recordings are kept. Null: for ever.' },
);
