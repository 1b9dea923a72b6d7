import { useOwnTexts } from '../language/own-texts.ts';
import { Notice } from '../ui/notice.tsx';
import { Notes } from './notes.tsx';
import type { ProjectPartProps } from './project-screen.tsx';
import { teamTexts } from './team-texts.ts';

/** All notes of a project. */
export function ProjectNotes({ project }: ProjectPartProps) {
  const t = useOwnTexts(teamTexts);
  return (
    <div className="mx-auto max-w-[44rem] px-5 py-6">
      <Notes project={project} empty={<Notice icon="comments" title={t('noNotes')} text={t('noNotesText')} />} />
    </div>
  );
}
