import {
  type InputHTMLAttributes,
  type ReactNode,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useEffect,
  useId,
  useState,
} from 'react';

export const inputClass =
  'min-h-11 w-full rounded-lg border border-edge bg-paper px-3 text-base text-ink placeholder:text-soft aria-invalid:border-danger md:min-h-10 md:text-[0.9375rem]';

interface FieldProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'id'> {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | undefined;
  /** Stands inside the field at its end, such as a button that shows the password. */
  end?: ReactNode;
  /** A panel that opens with this field puts the focus here. */
  'data-autofocus'?: boolean;
}

/** A labelled text field with its hint and error said aloud by screen readers. */
export function Field({ label, hint, error, end, className = '', ...rest }: FieldProps) {
  const id = useId();
  const described = [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(' ');
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          {...rest}
          id={id}
          aria-invalid={error ? true : undefined}
          aria-describedby={described || undefined}
          className={`${inputClass} ${end ? 'pe-12' : ''}`}
        />
        {end && <div className="absolute inset-y-0 end-0 flex items-center">{end}</div>}
      </div>
      {error && (
        <p id={`${id}-error`} className="mt-1.5 text-sm text-danger">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-soft">
          {hint}
        </p>
      )}
    </div>
  );
}

interface TextAreaProps extends Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'id'> {
  label: ReactNode;
}

export function TextAreaField({ label, className = '', ...rest }: TextAreaProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <textarea {...rest} id={id} spellCheck={false} className={`${inputClass} py-2 font-mono`} />
    </div>
  );
}

interface SelectProps extends Omit<SelectHTMLAttributes<HTMLSelectElement>, 'id'> {
  label: ReactNode;
  hint?: ReactNode;
}

export function SelectField({ label, hint, className = '', ...rest }: SelectProps) {
  const id = useId();
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <select {...rest} id={id} aria-describedby={hint ? `${id}-hint` : undefined} className={`${inputClass} pe-8`} />
      {hint && (
        <p id={`${id}-hint`} className="mt-1.5 text-sm text-soft">
          {hint}
        </p>
      )}
    </div>
  );
}

interface CheckProps {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChange(isChecked: boolean): void;
}

export function CheckField({ label, hint, checked, onChange }: CheckProps) {
  const id = useId();
  const [shown, setShown] = useShown(checked);
  return (
    <div className="flex min-h-11 items-start gap-3 py-2 md:min-h-9 md:py-1.5">
      <input
        id={id}
        type="checkbox"
        checked={shown}
        onChange={(event) => {
          setShown(event.target.checked);
          onChange(event.target.checked);
        }}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="-mt-px size-6 shrink-0 accent-accent"
      />
      <div>
        <label htmlFor={id} className="text-[0.9375rem]">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-sm text-soft">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

interface ChoiceProps<Value extends string> {
  label: string;
  value: Value;
  options: ReadonlyArray<readonly [value: Value, label: string]>;
  onChange(value: Value): void;
  /** Keeps the label for screen readers only. */
  isLabelHidden?: boolean;
}

/** A few choices side by side, as radio buttons: arrow keys move, the label is said aloud. */
export function Choice<Value extends string>({
  label,
  value,
  options,
  onChange,
  isLabelHidden = false,
}: ChoiceProps<Value>) {
  const name = useId();
  const [shown, setShown] = useShown(value);
  return (
    <fieldset>
      <legend className={isLabelHidden ? 'sr-only' : 'mb-1.5 block text-sm font-medium'}>{label}</legend>
      <div className="flex flex-wrap gap-1 rounded-lg bg-hover p-1">
        {options.map(([option, text]) => (
          <label
            key={option}
            className="flex min-h-9 flex-1 cursor-pointer items-center justify-center rounded-md px-2 text-center text-sm text-soft has-checked:bg-pressed has-checked:text-ink has-checked:shadow-sm has-focus-visible:outline-2 has-focus-visible:outline-accent md:min-h-8"
          >
            <input
              type="radio"
              name={name}
              value={option}
              checked={option === shown}
              onChange={() => {
                setShown(option);
                onChange(option);
              }}
              className="sr-only"
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** A value that a control shows from the moment it is touched, until the value itself changes. */
function useShown<Value>(value: Value): [Value, (value: Value) => void] {
  const [shown, setShown] = useState(value);
  useEffect(() => setShown(value), [value]);
  return [shown, setShown];
}
