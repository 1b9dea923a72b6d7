/** What one check found, in a sentence that says what to do where something is to be done. */
export interface Finding {
  level: 'well' | 'remark' | 'fault';
  sentence: string;
}

export function well(sentence: string): Finding {
  return { level: 'well', sentence };
}

/** Works, but somebody should know. */
export function remark(sentence: string): Finding {
  return { level: 'remark', sentence };
}

/** Does not work, or loses data. */
export function fault(sentence: string): Finding {
  return { level: 'fault', sentence };
}
