/** Forms that a question can have. */
export const QUESTION_FORMS = ['yes_no', 'multiple_choice', 'open', 'none'] as const;
export type QuestionForm = (typeof QUESTION_FORMS)[number];

/** Whether a text contains program code. */
export function hasCode(_text: string): boolean {
  return false;
}

/** The form of the question that a text asks. */
export function questionFormOf(_text: string): QuestionForm {
  return 'none';
}
