import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useOwnTexts } from '../language/own-texts.ts';
import { useTexts } from '../language/translate.ts';
import { useGoing } from '../reader/place.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { inputClass, SelectField } from '../ui/field.tsx';
import { Form } from '../ui/form.tsx';
import { LoadFailed } from '../ui/load-failed.tsx';
import { Activity } from './activity.tsx';
import { usePeople } from './note-field.tsx';
import { projectsPlace } from './project-place.ts';
import type { ProjectPartProps } from './project-screen.tsx';
import type { Project, ProjectMember, ProjectRole } from './projects-api.ts';
import { membersQuery, rightsIn, useMe, useProjectAct, useProjectsApi } from './projects-data.ts';
import { teamTexts } from './team-texts.ts';

const roles = ['lead', 'editor', 'viewer'] as const;

/** Who is in a project and what they may do, and what they did. */
export function ProjectPeople({ project }: ProjectPartProps) {
  const t = useOwnTexts(teamTexts);
  const me = useMe();
  const { data, error, refetch } = useQuery(membersQuery(useProjectsApi(), project.id));
  const { mayLead } = rightsIn(project);
  const isIn = data?.some(({ user }) => user.id === me.id) ?? false;
  return (
    <div className="mx-auto max-w-[44rem] px-5 py-6">
      <h2 className="pb-1 text-base font-semibold">{t('members')}</h2>
      <p className="pb-2 text-sm text-soft">{t('rolesHint')}</p>
      {error && <LoadFailed error={error} onRetry={() => void refetch()} />}
      <ul aria-label={t('members')}>
        {data?.map((member) => (
          <Member key={member.user.id} member={member} project={project} mayLead={mayLead} />
        ))}
      </ul>
      {mayLead && data && <AddMember project={project} members={data} />}
      {isIn && <Leave project={project} />}
      <h2 className="pt-8 pb-1 text-base font-semibold">{t('activity')}</h2>
      <Activity projectId={project.id} />
    </div>
  );
}

function Member({ member, project, mayLead }: { member: ProjectMember; project: Project; mayLead: boolean }) {
  const t = useOwnTexts(teamTexts);
  const me = useMe();
  const api = useProjectsApi();
  const act = useProjectAct(project.id);
  const { user, role } = member;
  return (
    <li className="flex min-h-12 items-center gap-3 border-b border-line py-1">
      <span className="min-w-0 flex-1 truncate">{user.name}</span>
      {mayLead ? (
        <select
          aria-label={t('role', { name: user.name })}
          value={role}
          onChange={(event) => void act(() => api.writeMember(project.id, user.id, event.target.value as ProjectRole))}
          className={`${inputClass} w-auto! pe-8 text-sm!`}
        >
          <RoleOptions />
        </select>
      ) : (
        <span className="text-sm text-soft">{t(`role.${role}`)}</span>
      )}
      {mayLead && user.id !== me.id && (
        <IconButton
          icon="close"
          label={t('removeMember', { name: user.name })}
          onClick={() => void act(() => api.removeMember(project.id, user.id))}
        />
      )}
    </li>
  );
}

function RoleOptions() {
  const t = useOwnTexts(teamTexts);
  return roles.map((name) => (
    <option key={name} value={name}>
      {t(`role.${name}`)}
    </option>
  ));
}

function AddMember({ project, members }: { project: Project; members: readonly ProjectMember[] }) {
  const t = useOwnTexts(teamTexts);
  const api = useProjectsApi();
  const act = useProjectAct(project.id);
  const others = usePeople().filter(({ id }) => !members.some(({ user }) => user.id === id));
  if (others.length === 0) return null;
  const add = (data: FormData) =>
    void act(() => api.writeMember(project.id, String(data.get('person')), data.get('role') as ProjectRole));
  return (
    <Form onSubmit={add} aria-label={t('addMember')} className="flex flex-wrap items-end gap-2 pt-4">
      <SelectField label={t('person')} name="person" className="min-w-48 flex-1">
        {others.map(({ id, name, email }) => (
          <option key={id} value={id}>{`${name} (${email})`}</option>
        ))}
      </SelectField>
      <SelectField label={t('chooseRole')} name="role" defaultValue="editor">
        <RoleOptions />
      </SelectField>
      <Button type="submit">{t('add')}</Button>
    </Form>
  );
}

function Leave({ project }: { project: Project }) {
  const t = useOwnTexts(teamTexts);
  const { t: common } = useTexts();
  const me = useMe();
  const api = useProjectsApi();
  const act = useProjectAct(project.id);
  const going = useGoing();
  const [isAsked, setIsAsked] = useState(false);
  const leave = () =>
    void act(() => api.removeMember(project.id, me.id)).then((isDone) => {
      setIsAsked(false);
      if (isDone) going.to(projectsPlace(), true);
    });
  return (
    <div className="pt-4">
      <Button onClick={() => setIsAsked(true)}>{t('leave')}</Button>
      {isAsked && (
        <Confirm
          title={`${t('leave')} – ${common('app.name')}`}
          text={t('leaveText')}
          action={t('leave')}
          isDangerous
          onCancel={() => setIsAsked(false)}
          onConfirm={leave}
        />
      )}
    </div>
  );
}
