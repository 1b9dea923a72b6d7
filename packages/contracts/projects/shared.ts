import { z } from 'zod';
import { nameText, uuid } from '../primitives.ts';
import type { ProblemCode } from '../problem.ts';

/** What a member may do in a project: a viewer looks, an editor writes, a lead also decides who is in it. */
export const projectRole = z.enum(['lead', 'editor', 'viewer']);
export type ProjectRole = z.infer<typeof projectRole>;

/** Somebody of the tenant; null fields for who is gone. */
export const person = z.object({ id: uuid, name: z.string() }).meta({ id: 'Person' });
export type Person = z.infer<typeof person>;

/** Rises with every change. Reads answer it as `ETag: "v3"`, and changes ask for it as `If-Match`. */
export const version = z.int().min(1);

export const projectParams = z.object({ id: uuid });
export const partParams = z.object({ id: uuid, partId: uuid });

/** A text of one or more lines that a person writes; Markdown where it is shown. */
export const writtenText = (maximum: number) =>
  z
    .string()
    .max(maximum)
    .refine((text) => !/[^\P{Cc}\n\t\r]|\p{Cs}/u.test(text), 'has control characters');

export const titleText = nameText(200);

export const looking = ['not-found'] as const satisfies ProblemCode[];
export const listing = ['not-found', 'invalid-query', 'invalid-cursor'] as const satisfies ProblemCode[];
/** What every write in a project may meet. */
export const writing = [
  'invalid-request',
  'csrf-failed',
  'not-found',
  'forbidden',
  'project-archived',
] as const satisfies ProblemCode[];
/** A change of what has a version. */
export const changing = [...writing, 'precondition-required', 'precondition-failed'] as const satisfies ProblemCode[];
