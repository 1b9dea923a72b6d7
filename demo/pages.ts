import type { Article } from './articles.ts';
import { feedMediaTypes } from './formats/write.ts';
import { escapeMarkup } from './markdown.ts';
import type { ListedFeed } from './opml.ts';
import type { FeedDefinition, Language, Site } from './sites.ts';
import { pageWords } from './words.ts';

export const pictureSize = { width: 480, height: 270 };

/** The front page of the demo web: all sites and their feeds. */
export function indexPage(sites: readonly Site[], feedsOf: (site: Site) => ListedFeed[]): string {
  const cards = sites.map((site) => {
    const feeds = feedsOf(site);
    const links = feeds.map((feed) => `<li><a href="${feed.url}">${escapeMarkup(feed.url)}</a></li>`).join('');
    return `<li style="${paletteStyle(site)}" lang="${site.language}"><h2><a href="${feeds[0]?.siteUrl}">${escapeMarkup(site.title)}</a></h2>
<p>${escapeMarkup(site.tagline)}</p><ul>${links}</ul></li>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>The demo web</title><link rel="stylesheet" href="/style.css">
<style>:root { --paper: #fbfaf7; --ink: #26262b; --accent: #3d5a98; --soft: #eceae4; }</style></head>
<body><main class="columns" style="display:block"><h1>The demo web</h1>
<p>A little web of blogs that lives on this machine. Follow any of them in Alt, or all at once with
<a href="/subscriptions.opml">subscriptions.opml</a>.</p>
<ul class="cards">${cards.join('\n')}</ul></main></body></html>`;
}

/** A site's home page: its articles, newest first, with links by which its feeds are discovered. */
export function homePage(site: Site, articles: readonly Article[]): string {
  const items = articles.map(
    (article) => `<li><h2><a href="${article.slug}">${escapeMarkup(article.title)}</a></h2>
${timeElement(article, site.language)}<p>${escapeMarkup(article.summary)}</p></li>`,
  );
  return sitePage(site, site.title, `<main><ul class="list">${items.join('\n')}</ul></main>${sidebar(site, [])}`);
}

export function aboutPage(site: Site): string {
  const title = pageWords[site.language].about;
  const main = `<main><article><h1>${title}</h1><p>${escapeMarkup(site.about)}</p></article></main>`;
  return sitePage(site, title, main + sidebar(site, []));
}

/** An article's page: the text among navigation, a byline, tags, neighbours and suggestions, as such pages are. */
export function articlePage(site: Site, article: Article, siteArticles: readonly Article[]): string {
  const feed = site.feeds.find((candidate) => candidate.section === article.section);
  const language = feed?.language ?? site.language;
  const words = pageWords[language];
  const index = siteArticles.findIndex((candidate) => candidate.slug === article.slug);
  const neighbour = (label: string, other: Article | undefined) =>
    other === undefined ? '' : `<li>${label}: <a href="${other.slug}">${escapeMarkup(other.title)}</a></li>`;
  const neighbours = index < 0 ? [] : [siteArticles[index - 1], siteArticles[index + 1]];
  const related = siteArticles.filter((other) => other.slug !== article.slug).slice(0, 4);
  const main = `<main lang="${language}">
<p class="crumbs"><a href="./">${escapeMarkup(site.title)}</a> › ${escapeMarkup(article.title)}</p>
<article><header><h1>${escapeMarkup(article.title)}</h1>
<p class="byline">${escapeMarkup(feed?.author ?? site.author)} · ${timeElement(article, language)}</p></header>
${articleHtml(article)}
</article>
<p class="tags">${article.tags.map((tag) => `#${escapeMarkup(tag)}`).join(' ')}</p>
<nav><ul>${neighbour(words.newer, neighbours[0])}${neighbour(words.older, neighbours[1])}</ul></nav></main>`;
  return sitePage(site, `${article.title} – ${site.title}`, main + sidebar(site, related), language);
}

/** The article with its picture after the first paragraph; links are relative to the site's home. */
export function articleHtml(article: Article): string {
  if (article.imageDescription === null) return article.html;
  const description = escapeMarkup(article.imageDescription);
  const size = `width="${pictureSize.width}" height="${pictureSize.height}"`;
  const figure = `<figure><img src="${picturePath(article)}" alt="${description}" ${size} /><figcaption>${description}</figcaption></figure>`;
  return article.html.replace('</p>', () => `</p>\n${figure}`);
}

export function picturePath(article: Article): string {
  return `images/${article.slug}.png`;
}

export function feedTitle(site: Site, feed: FeedDefinition): string {
  return feed.title ?? site.title;
}

function sitePage(site: Site, title: string, content: string, language: Language = site.language): string {
  const words = pageWords[language];
  const feedLinks = site.feeds.map(
    (feed) =>
      `<link rel="alternate" type="${feedMediaTypes[feed.format]}" title="${escapeMarkup(feedTitle(site, feed))}" href="${feed.file}">`,
  );
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<link rel="stylesheet" href="/style.css"><link rel="icon" type="image/png" href="icon.png">
${feedLinks.join('\n')}
<style>:root { ${paletteStyle(site)} }</style></head>
<body>
<header class="masthead"><div><strong><a href="./">${escapeMarkup(site.title)}</a></strong>
<p>${escapeMarkup(site.tagline)}</p>
<nav><ul><li><a href="./">${words.home}</a></li><li><a href="about">${words.about}</a></li>
<li><a href="${site.feeds[0]?.file}">${words.feed}</a></li></ul></nav></div></header>
<div class="columns">${content}</div>
<footer class="footer"><div><p>${words.notice}</p><p>${words.colophon}</p></div></footer>
</body></html>`;
}

function sidebar(site: Site, related: readonly Article[]): string {
  const words = pageWords[site.language];
  const links = related.map((other) => `<li><a href="${other.slug}">${escapeMarkup(other.title)}</a></li>`).join('');
  const suggestions = links === '' ? '' : `<section><h2>${words.related}</h2><ul>${links}</ul></section>`;
  return `<aside>${suggestions}<section><h2>${words.letters}</h2><p>${words.lettersText}</p></section></aside>`;
}

function timeElement(article: Article, language: Language): string {
  const time = article.publishedAt.toLocaleDateString(language === 'en' ? 'en-GB' : language, {
    dateStyle: 'long',
    timeZone: 'UTC',
  });
  return `<time datetime="${article.publishedAt.toISOString()}">${time}</time>`;
}

function paletteStyle(site: Site): string {
  const [paper, ink, accent] = site.palette;
  return `--paper: ${paper}; --ink: ${ink}; --accent: ${accent}; --soft: color-mix(in srgb, ${accent} 12%, ${paper});`;
}
