import { type TextareaHTMLAttributes, useId } from 'react';
import { inputClass } from '../ui/field.tsx';

interface ProseFieldProps extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id'> {
  label: string;
}

/** A labelled field for several lines of a person's own words; it grows with them. */
export function ProseField({ label, className = '', rows = 3, ...rest }: ProseFieldProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <textarea {...rest} id={id} rows={rows} className={`${inputClass} field-sizing-content py-2 leading-relaxed`} />
    </div>
  );
}
