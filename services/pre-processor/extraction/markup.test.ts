import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundMarkup } from './markup.ts';
import { type PageElement, parseTree } from './tree.ts';

const FRAGMENTS = (
  '<p> </p> <div> </div> <div/> <span> </span> <a_href=x> </a> <b> </b> <li> <ul> </ul> <table> <tr> <td> </table> <br> </br> <img_src=a.png> ' +
  '<script> </script> <script_type=application/ld+json> {"a":"</p>"} <style> </style> <svg> </svg> <template> </template> <title> </title> ' +
  '<iframe> </iframe> <noscript> </noscript> <textarea> </textarea> <!-- --> <!doctype> <?x <![CDATA[ ]]> < > & &amp; &nbsp; &#0; &bogus; " \' = ' +
  '<p_class="a\'> <p_title=\'x"> <p_a=b_c> <form> <h1> </h1> <meta_name=x_content=y> <base_href=/> <html_lang=de> <body> text <a: <o:p> </o:p> <svg:p> \u0000 \ud800 日本'
)
  .split(' ')
  .map((part) => part.replaceAll('_', ' '));
const soup = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) => parts.join(''));

test('any page becomes markup that a strict reader reads back as it is', () => {
  fc.assert(
    fc.property(fc.oneof(soup, fc.string({ maxLength: 300 })), (html) => {
      const { html: bounded } = boundMarkup(html);
      const { documentElement } = parseTree(bounded, 'https://site.example/a');
      const inside = documentElement.innerHTML.replaceAll('&apos;', "'");
      expect(`<!doctype html><html${rootOf(bounded)}>${inside}</html>`).toBe(bounded);
    }),
    { numRuns: 500 },
  );
});

function rootOf(html: string): string {
  return /^<!doctype html><html([^>]*)>/.exec(html)?.[1] ?? '';
}

test('bounding bounded markup changes nothing', () => {
  fc.assert(
    fc.property(soup, (html) => {
      // JSON-LD is written in references, which browsers do not read inside a script.
      const once = boundMarkup(html.replaceAll('ld+json', 'none')).html;
      expect(boundMarkup(once).html).toBe(once);
    }),
  );
});

test('elements close each other as browsers close them', () => {
  const bodyOf = (html: string) => /<body>(.*)<\/body>/s.exec(boundMarkup(html).html)?.[1];
  expect(bodyOf('<p>one<p>two<div>three')).toBe('<p>one</p><p>two</p><div>three</div>');
  expect(bodyOf('<ul><li>a<li>b<ul><li>c</ul><li>d</ul>')).toBe(
    '<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>',
  );
  expect(bodyOf('<table><tr><td>1<td>2<tr><td>3</table>')).toBe(
    '<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>',
  );
  expect(bodyOf('<div><span>a</div>b')).toBe('<div><span>a</span></div>b');
  expect(bodyOf('<div>a</span>b</div>')).toBe('<div>ab</div>');
  expect(bodyOf('<a href=x>a<a href=y>b</a>')).toBe('<a href="x">a</a><a href="y">b</a>');
  expect(bodyOf('<svg><g>no</g><p>yes</p>')).toBe('<p>yes</p>');
  expect(bodyOf('<o:p>a<svg:p>b</o:p>')).toBe('ab');
  expect(bodyOf('a < b &amp; c &nbsp;<br>d')).toBe('a &lt; b &amp; c \u00a0<br/>d');
});

test('programs, styles and what they hang on are left out; JSON-LD stays', () => {
  const { html } = boundMarkup(
    '<script>a<b</script><style>p{}</style><p onclick="x()" style="color:red">t</p><script type="application/ld+json">{"n":"a<b&amp;"}</script>',
  );
  expect(html).not.toMatch(/onclick|a<b<|p\{\}/);
  expect(html).toContain('<script type="application/ld+json">{&quot;n&quot;:&quot;a&lt;b&amp;amp;&quot;}</script>');
});

test('a tree has bounded depth, families and size', () => {
  const deep = parseTree(boundMarkup(`${'<div>'.repeat(5_000)}x`).html, 'https://site.example/');
  expect(depthOf(deep.body)).toBeLessThan(80);
  const wide = parseTree(boundMarkup('<p>x</p>'.repeat(30_000)).html, 'https://site.example/');
  expect(
    Math.max(...[wide.body, ...wide.getElementsByTagName('*')].map(({ children }) => children.length)),
  ).toBeLessThan(4_100);
  expect(wide.getElementsByTagName('*').length).toBeLessThan(21_000);
  expect(boundMarkup('<p>x</p>'.repeat(30_000)).isCut).toBe(true);
  expect(boundMarkup('<p>x</p>').isCut).toBe(false);
});

function depthOf(element: PageElement): number {
  return 1 + Math.max(0, ...element.children.map(depthOf));
}
