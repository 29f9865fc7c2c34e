// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only
/*
 * Elements of the page are made here, and nowhere else. A text is always a text node: there is no way from the
 * names of a trace, which strangers choose, to HTML.
 */

type Child = Node | string | null;

interface Properties {
  readonly class?: string;
  readonly title?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly onclick?: (event: MouseEvent) => void;
}

/** Makes an element. Of attributes only the page's own words are names. */
export function el<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  { class: classes, title, attributes = {}, onclick }: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  if (classes !== undefined) element.className = classes;
  if (title !== undefined) element.title = title;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (onclick !== undefined) element.addEventListener('click', onclick as (event: Event) => void);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A button that looks as `classes` says. */
export const button = (
  text: string,
  onclick: () => void,
  classes = 'button',
  title?: string,
): HTMLButtonElement =>
  el(
    'button',
    { class: classes, onclick, attributes: { type: 'button' }, ...(title === undefined ? {} : { title }) },
    text,
  );

/** A section of the page with a heading. */
export const section = (name: string, title: string, ...children: readonly Child[]): HTMLElement =>
  el('section', { class: `panel ${name}`, attributes: { 'aria-label': title } }, ...children);

/** The heading of a section, with what stands to its right. */
export const heading = (title: string, ...tools: readonly Child[]): HTMLElement =>
  el('header', { class: 'panel-head' }, el('h2', {}, title), el('div', { class: 'tools' }, ...tools));

/** A choice of one among few, as buttons beside each other. */
export function choice<Value extends string>(
  label: string,
  options: readonly (readonly [Value, string])[],
  chosen: Value,
  onchange: (value: Value) => void,
): HTMLElement {
  const buttons = options.map(([value, text]) => {
    const each = button(text, () => onchange(value), 'segment');
    each.setAttribute('aria-pressed', String(value === chosen));
    return each;
  });
  return el('div', { class: 'choice', attributes: { role: 'group', 'aria-label': label } }, ...buttons);
}
