import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { pageOf, pageQuery, repeated, time, timeOrNull, uuid } from '../primitives.ts';
import {
  changing,
  listing,
  looking,
  person,
  projectParams,
  projectRole,
  titleText,
  version,
  writing,
  writtenText,
} from './shared.ts';

/** A project's short name in its tenant: `BATTERY-2`. */
export const projectCode = z
  .string()
  .regex(/^[A-Z][A-Z0-9-]{1,15}$/, 'must be 2 to 16 of A-Z, 0-9 and -, beginning with a letter');

export const projectVisibility = z.enum(['members', 'tenant']);
const description = writtenText(5_000);

export const project = z
  .object({
    id: uuid,
    code: z.string(),
    title: z.string(),
    description: z.string(),
    /** `tenant`: everybody of the tenant may look. */
    visibility: projectVisibility,
    status: z.enum(['active', 'archived']),
    version,
    /** What the person who asks may do here. */
    role: projectRole,
    memberCount: z.int(),
    articleCount: z.int(),
    createdAt: time,
    updatedAt: time,
    /** When it was deleted; after 30 days it goes for good. */
    deletedAt: timeOrNull,
  })
  .meta({ id: 'Project' });
export type Project = z.infer<typeof project>;

export const listProjects = endpoint({
  name: 'listProjects',
  method: 'GET',
  path: '/v1/projects',
  summary: 'The projects that one may see, the newest first; deleted ones only if asked for, and for their leads',
  access: 'reader',
  query: z.object({
    ...pageQuery(50),
    status: z.enum(['active', 'archived', 'deleted', 'all']).default('active'),
    code: repeated(projectCode),
  }),
  response: pageOf(project),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const createProject = endpoint({
  name: 'createProject',
  method: 'POST',
  path: '/v1/projects',
  summary: 'Make a project and lead it; without a code one is made of the title',
  access: 'reader',
  role: 'member',
  body: z.strictObject({
    title: titleText,
    code: projectCode.optional(),
    description: description.default(''),
    visibility: projectVisibility.default('members'),
  }),
  response: project,
  statuses: [201],
  problems: ['invalid-request', 'csrf-failed', 'forbidden', 'name-taken', 'limit-reached'],
});

export const readProject = endpoint({
  name: 'readProject',
  method: 'GET',
  path: '/v1/projects/:id',
  summary: 'One project, with its ETag',
  access: 'reader',
  params: projectParams,
  response: project,
  statuses: [200],
  problems: looking,
});

export const updateProject = endpoint({
  name: 'updateProject',
  method: 'PATCH',
  path: '/v1/projects/:id',
  summary: 'Change title, description, code or who may look (leads); asks for If-Match',
  access: 'reader',
  role: 'member',
  params: projectParams,
  body: z
    .strictObject({
      title: titleText.optional(),
      code: projectCode.optional(),
      description: description.optional(),
      visibility: projectVisibility.optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'name at least one field'),
  response: project,
  statuses: [200],
  problems: [...changing, 'name-taken'],
});

export const deleteProject = endpoint({
  name: 'deleteProject',
  method: 'DELETE',
  path: '/v1/projects/:id',
  summary: 'Delete a project (leads); it can be taken back for 30 days; asks for If-Match',
  access: 'reader',
  role: 'member',
  params: projectParams,
  statuses: [204],
  problems: ['csrf-failed', 'not-found', 'forbidden', 'precondition-required', 'precondition-failed'],
});

const standing = (name: string, action: string, summary: string) =>
  endpoint({
    name,
    method: 'POST',
    path: `/v1/projects/:id/${action}`,
    summary,
    access: 'reader',
    role: 'member',
    params: projectParams,
    response: project,
    statuses: [200],
    problems: ['csrf-failed', 'not-found', 'forbidden'],
  });

export const undeleteProject = standing('undeleteProject', 'undelete', 'Take a deletion back (leads)');
export const archiveProject = standing('archiveProject', 'archive', 'Put a project away: it can only be read (leads)');
export const restoreProject = standing('restoreProject', 'restore', 'Bring a project back from the archive (leads)');

export const changeProjects = endpoint({
  name: 'changeProjects',
  method: 'POST',
  path: '/v1/projects/bulk',
  summary:
    'Archive, restore, delete, take back, or give a member to many projects; those one does not lead are skipped',
  access: 'reader',
  role: 'member',
  body: z.discriminatedUnion('action', [
    z.strictObject({
      action: z.enum(['archive', 'restore', 'delete', 'undelete']),
      ids: z.array(uuid).min(1).max(200),
    }),
    z.strictObject({
      action: z.literal('add-member'),
      ids: z.array(uuid).min(1).max(200),
      userId: uuid,
      role: projectRole,
    }),
  ]),
  response: z.object({ updated: z.int() }),
  statuses: [200],
  problems: ['invalid-request', 'csrf-failed', 'forbidden'],
});

export const listPeople = endpoint({
  name: 'listPeople',
  method: 'GET',
  path: '/v1/projects/people',
  summary: 'The people of the tenant, for choosing members and mentioning',
  access: 'reader',
  query: z.object(pageQuery(100)),
  response: pageOf(person.extend({ email: z.string() })),
  statuses: [200],
  problems: ['invalid-query', 'invalid-cursor'],
});

export const projectMember = z.object({ user: person, role: projectRole, addedAt: time }).meta({ id: 'ProjectMember' });
export type ProjectMember = z.infer<typeof projectMember>;

export const listProjectMembers = endpoint({
  name: 'listProjectMembers',
  method: 'GET',
  path: '/v1/projects/:id/members',
  summary: 'Who is in a project',
  access: 'reader',
  params: projectParams,
  query: z.object(pageQuery(100)),
  response: pageOf(projectMember),
  statuses: [200],
  problems: listing,
});

const memberParams = z.object({ id: uuid, userId: uuid });

export const writeProjectMember = endpoint({
  name: 'writeProjectMember',
  method: 'PUT',
  path: '/v1/projects/:id/members/:userId',
  summary: 'Add somebody of the tenant, or give them another role (leads); the last lead stays one',
  access: 'reader',
  role: 'member',
  params: memberParams,
  body: z.strictObject({ role: projectRole }),
  response: projectMember,
  statuses: [200, 201],
  problems: [...writing, 'conflict'],
});

export const removeProjectMember = endpoint({
  name: 'removeProjectMember',
  method: 'DELETE',
  path: '/v1/projects/:id/members/:userId',
  summary: 'Remove somebody (leads), or leave; the last lead stays',
  access: 'reader',
  params: memberParams,
  statuses: [204],
  problems: ['csrf-failed', 'not-found', 'forbidden', 'conflict'],
});

/** What happened in a project. `subject` names what it happened to, as far as it has a name. */
export const projectEvent = z
  .object({
    id: z.string(),
    kind: z.string(),
    actor: person.nullable(),
    subject: z.record(z.string(), z.json()),
    at: time,
  })
  .meta({ id: 'ProjectEvent' });
export type ProjectEvent = z.infer<typeof projectEvent>;

export const listProjectActivity = endpoint({
  name: 'listProjectActivity',
  method: 'GET',
  path: '/v1/projects/:id/activity',
  summary: 'What happened in a project, the newest first',
  access: 'reader',
  params: projectParams,
  query: z.object(pageQuery(50)),
  response: pageOf(projectEvent),
  statuses: [200],
  problems: listing,
});
