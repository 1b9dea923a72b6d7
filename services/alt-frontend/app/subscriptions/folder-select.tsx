import { folderChoices } from '../data/feed-tree.ts';
import { useFolders } from '../data/queries.ts';
import { useTexts } from '../language/translate.ts';
import { SelectField } from '../ui/field.tsx';

interface FolderSelectProps {
  label: string;
  /** What no folder is called. */
  none: string;
  /** A folder's id; empty for none. */
  value: string;
  /** A folder that cannot be chosen, nor what lies in it. */
  without?: string;
  onChange(id: string): void;
}

export function FolderSelect({ label, none, value, without, onChange }: FolderSelectProps) {
  const { language } = useTexts();
  const choices = folderChoices(useFolders(), language, without);
  return (
    <SelectField label={label} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{none}</option>
      {choices.map(({ folder, depth }) => (
        <option key={folder.id} value={folder.id}>
          {`${'  '.repeat(depth)}${folder.name}`}
        </option>
      ))}
    </SelectField>
  );
}
