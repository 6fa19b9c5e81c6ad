import footnote from "markdown-it-footnote";

const SIZE = 10;
const slug = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

/** Terms of `key` by name, each with its posts, newest first. */
function terms(posts, key) {
  const found = new Map();
  for (const post of posts)
    for (const name of [].concat(post.data[key])) found.set(name, [...(found.get(name) ?? []), post]);
  return [...found.keys()].sort().map((name) => ({ name, slug: slug(name), posts: found.get(name) }));
}

/** Eleventy paginates one list; the pages of many lists are laid out beforehand. */
function pages(lists) {
  return lists.flatMap((list) => {
    const total = Math.ceil(list.posts.length / SIZE);
    return Array.from({ length: total }, (_, at) => ({
      ...list, number: at + 1, total, posts: list.posts.slice(at * SIZE, (at + 1) * SIZE),
    }));
  });
}

export default function (config) {
  const newest = (api) => api.getFilteredByGlob("posts/**/*.md").sort((a, b) => b.date - a.date);
  config.setQuietMode(true);
  config.addPassthroughCopy({ static: "." });
  config.amendLibrary("md", (markdown) => markdown.use(footnote));
  config.addGlobalData("site", { title: "Ward Notes", url: "https://notes.example" });
  config.addCollection("archive", (api) => {
    const posts = newest(api);
    const named = (post) => post && { url: post.url, title: post.data.title };
    posts.forEach((post, at) => {
      post.data.newer = named(posts[at - 1]);
      post.data.older = named(posts[at + 1]);
    });
    return posts;
  });
  config.addCollection("latest", (api) => newest(api).slice(0, 20));
  config.addCollection("subjects", (api) => terms(newest(api), "category"));
  config.addCollection("topics", (api) => terms(newest(api), "topics"));
  config.addCollection("subjectPages", (api) => pages(terms(newest(api), "category")));
  config.addCollection("topicPages", (api) => pages(terms(newest(api), "topics")));
  config.addFilter("slugged", slug);
  config.addFilter("first20", (posts) => posts.slice(0, 20));
  config.addFilter("iso", (date) => date.toISOString());
  config.addFilter("day", (date) => date.toISOString().slice(0, 10));
  config.addFilter("mail", (date) => date.toUTCString());
  config.addFilter("long", (date) =>
    date.toLocaleDateString("en-GB", { day: "2-digit", month: "long", year: "numeric", timeZone: "UTC" }));
  return { markdownTemplateEngine: false, dir: { input: ".", includes: "_includes", output: "output" } };
}
