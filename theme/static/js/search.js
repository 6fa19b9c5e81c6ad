// Finds articles on the archive page, in the pieces of an index that the static_search plugin wrote.
// Without this file the page is the whole archive.
{
  const form = document.querySelector("form.find");
  const field = form.elements.q;
  const said = form.querySelector("[role=status]");
  const found = document.querySelector("#found");
  const shelf = document.querySelector("#shelf");
  const english = /^en\b/i.test(document.documentElement.lang);
  const [MOST, PAGE, LONGEST] = [8, 10, 24];

  // Words: plugins/static_search/words.py does the same, and a test holds the two together.
  const PLAIN = { ß: "ss", æ: "ae", œ: "oe", ø: "o", đ: "d", ð: "d", ł: "l", þ: "th", ı: "i", ς: "σ" };
  const UNSPACED = /([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+)/u;
  const words = (text) =>
    text.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "").normalize("NFKC")
      .replace(/[ßæœøđðłþıς]/g, (letter) => PLAIN[letter])
      .replace(/’/g, "'").replace(/[^'\p{L}\p{M}\p{N}]+/gu, " ")
      .replace(/'(?:s|t|d|m|ll|re|ve)(?=[ ']|$)/g, " ")
      .split(/[ ']+/).flatMap((run) => run.split(UNSPACED).flatMap((part, n) => {
        const letters = [...part];
        if (n % 2 && letters.length > 1) return letters.slice(1).map((letter, at) => letters[at] + letter);
        return part ? [letters.slice(0, LONGEST).join("")] : [];
      }));

  // What sleep, sleeps and sleeping share. Without a last e or i it begins all its words.
  const stem = (word) => {
    if (!english || !/^[a-z]{4,}$/.test(word)) return word;
    const one = word.replace(/([^isu])s$/, "$1");
    const cut = one.match(/^(?=.*[aeiouy].*(?:ing|ed)$)(.{2,}[^e])(?:ing|ed)$/);
    const base = !cut ? one
      : /^[^aeiou][aeiou][^aeiouwxy]$/.test(cut[1]) ? `${cut[1]}e`
      : cut[1].replace(/(?<=..)([bdgmnprt])\1$/, "$1");
    return base.replace(/(?<=....)e$/, "").replace(/(?<=[^aeiou])y$/, "i").replace(/(?<=....[st])ion$/, "");
  };
  const root = (word) => stem(word).replace(/[ei]$/, "");

  // The files of the index, each fetched once a page and again on the next one.
  const kept = new Map();
  const load = (name) => {
    if (!kept.has(name)) {
      const address = new URL(`${form.dataset.index}${name}.json`, document.baseURI);
      const answer = fetch(address, { cache: "no-cache" }).then((reply) => {
        if (!reply.ok) throw new Error(`${reply.status}: ${address}`);
        return reply.json();
      });
      answer.catch(() => kept.delete(name));
      kept.set(name, answer);
    }
    return kept.get(name);
  };
  const file = (prefix) => /^[a-z0-9]*$/.test(prefix) ? `w-${prefix}`
    : `u-${[...prefix].map((letter) => letter.codePointAt(0).toString(16)).join("-")}`;

  // Which posts hold a word, and how much it says of each: [post, level] from "a3a1c9".
  const posts = function* (text) {
    let post = -1;
    for (const [, step, level] of text.matchAll(/([a-z]+)(\d)/g)) {
      post += 1 + [...step].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 97, 0);
      yield [post, +level];
    }
  };
  const likeness = (term, word, last) =>
    term === word ? 10 : stem(term) === stem(word) ? 8 : last && term.startsWith(word) ? 5 : 0;
  // A short beginning has too many ends, but for scripts where two characters are a word.
  const openEnded = (word) => word.length > 2 || UNSPACED.test(word);

  const lookUp = async (word, last, { pieces }) => {
    const base = root(word);
    const wide = base.length > 2 ? base : last && openEnded(word) ? word : "";
    const home = pieces.filter((prefix) => (wide || word).startsWith(prefix)).pop();
    const near = wide ? pieces.filter((prefix) => prefix.startsWith(wide) && prefix !== home) : [];
    const held = new Map();
    for (const piece of await Promise.all([home, ...near].map((prefix) => load(file(prefix))))) {
      for (const [term, text] of Object.entries(piece)) {
        const like = wide ? likeness(term, word, last && openEnded(word)) : term === word ? 10 : 0;
        if (like) for (const [post, level] of posts(text)) held.set(post, Math.max(held.get(post) || 0, like * level));
      }
    }
    return held;
  };

  // The posts that hold all the words, else those that hold most of them; the best first, and of
  // two as good the newer. A word weighs more the fewer posts have it, as in BM25.
  const find = async (asked) => {
    const about = await load("index");
    const all = await Promise.all(asked.map((word, n) => lookUp(word, n === asked.length - 1, about)));
    const scores = new Map();
    for (const held of all) {
      const rarity = Math.max(1, Math.round(1000 * Math.log((about.posts + 1) / (held.size + 0.5))));
      for (const [post, worth] of held) {
        const [number, score] = scores.get(post) || [0, 0];
        scores.set(post, [number + 1, score + rarity * worth]);
      }
    }
    const best = Math.max(0, ...[...scores.values()].map(([number]) => number));
    const ranked = [...scores].filter(([, [number]]) => number === best)
      .sort(([a, [, x]], [b, [, y]]) => y - x || b - a).map(([post]) => post);
    return { ranked, whole: best === asked.length, block: about.block };
  };

  const marked = (text, asked) => {
    const last = asked.at(-1);
    const hit = (word) => asked.some((one) => likeness(word, one, one === last && openEnded(one)));
    return text.split(/([\p{L}\p{M}\p{N}]+)/u).map((part, n) => {
      if (n % 2 === 0 || !words(part).some(hit)) return part;
      const mark = document.createElement("mark");
      mark.textContent = part;
      return mark;
    });
  };

  const entry = ([url, title, day, date, categories, summary, lang], asked) => {
    const box = document.createElement("article");
    box.className = "entry";
    if (lang) [box.lang, box.dir] = [lang, "auto"];
    const make = (tag, into, ...parts) => {
      const made = document.createElement(tag);
      made.append(...parts);
      into.append(made);
      return made;
    };
    const link = make("a", make("h2", box), ...marked(title, asked));
    link.href = new URL(`${form.dataset.site}${url}`, document.baseURI);
    const meta = make("p", box);
    meta.className = "meta";
    make("time", meta, date).dateTime = day;
    meta.append(` | ${categories.join(", ")}`);
    if (summary) make("p", box, ...marked(summary, asked));
    return box;
  };

  const show = async (ranked, from, asked, block) => {
    const some = ranked.slice(from, from + PAGE);
    const lines = await Promise.all(some.map((post) => load(`d-${Math.floor(post / block)}`)));
    const entries = some.map((post, n) => entry(lines[n][post % block], asked));
    if (from + PAGE < ranked.length) {
      const more = document.createElement("button");
      more.type = "button";
      more.textContent = `Show ${Math.min(PAGE, ranked.length - from - PAGE)} more`;
      more.addEventListener("click", async () => {
        const next = await show(ranked, from + PAGE, asked, block);
        more.replaceWith(...next);
        next[0].querySelector("a").focus();
      });
      entries.push(more);
    }
    return entries;
  };

  const count = (number) => `${number} article${number === 1 ? "" : "s"}`;
  const tell = (text, entries = []) => {
    said.textContent = text;
    found.replaceChildren(...entries);
    shelf.hidden = entries.length > 0;
  };

  let latest = 0;
  const search = async () => {
    const turn = ++latest;
    const query = field.value.trim();
    const asked = [...new Set(words(query))].slice(0, MOST);
    history.replaceState(history.state, "", query ? `?${new URLSearchParams({ q: query })}` : location.pathname);
    if (!asked.length) return tell(query ? "Only letters and numbers can be found." : "");
    try {
      const { ranked, whole, block } = await find(asked);
      const entries = await show(ranked, 0, asked, block);
      // A slow answer must not take the place of a later one.
      if (turn !== latest) return;
      const what = `“${query}”`;
      tell(!ranked.length ? `No article holds ${what}. Here are all of them.`
        : whole ? `${count(ranked.length)} for ${what}.`
        : `No article holds all of ${what}. ${count(ranked.length)} with most of it.`, entries);
    } catch {
      if (turn === latest) tell("The search does not answer just now. Here are all the articles.");
    }
  };

  // A word just begun would be taken for a whole one, and each answer costs bytes.
  let pause;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(search, openEnded(words(field.value).pop() || "") ? 250 : 700);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    search();
  });
  field.value = new URLSearchParams(location.search).get("q") || field.value;
  if (field.value) {
    shelf.hidden = true;
    search();
  }
}
