// The picture of the nodes as a drawing that stays sharp: an SVG, with a legend.
//
// Cells are drawn by the simulator's own hand. It draws on what it takes for a canvas, and that notes every
// stroke; each look is drawn once, and nodes refer to it.

const CELL = 34;
const PITCH = 39;
const MARGIN = 24;
/** Steps of progress that are told apart. */
const LEVELS = 8;

const escaped = (text) => `${text}`.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/"/g, "&quot;");
const short = (number) => `${Math.round(number * 100) / 100}`;

/** A canvas context that writes down what is drawn; it knows what `grid/shapes.rs` uses. */
class Recorder {
  body = "";
  definitions = "";
  #path = "";
  #state = { fillStyle: "#000", strokeStyle: "#000", globalAlpha: 1, lineWidth: 1, lineCap: "butt", lineJoin: "miter", dash: [], groups: 0 };
  #saved = [];
  #prefix;
  #count = 0;

  constructor(prefix) {
    this.#prefix = prefix;
    for (const name of ["fillStyle", "strokeStyle", "globalAlpha", "lineWidth", "lineCap", "lineJoin"]) {
      Object.defineProperty(this, name, { set: (value) => (this.#state[name] = value), get: () => this.#state[name] });
    }
  }

  save() {
    this.#saved.push({ ...this.#state, groups: 0 });
    [this.#saved.at(-1).groups, this.#state.groups] = [this.#state.groups, 0];
  }
  restore() {
    this.body += "</g>".repeat(this.#state.groups);
    this.#state = this.#saved.pop() ?? this.#state;
  }
  setLineDash(dash) {
    this.#state.dash = Array.from(dash, short);
  }
  beginPath() {
    this.#path = "";
  }
  closePath() {
    this.#path += "z";
  }
  moveTo(x, y) {
    this.#path += `M${short(x)} ${short(y)}`;
  }
  lineTo(x, y) {
    this.#path += `L${short(x)} ${short(y)}`;
  }
  quadraticCurveTo(...points) {
    this.#path += `Q${points.map(short).join(" ")}`;
  }
  rect(x, y, width, height) {
    this.#path += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}z`;
  }
  roundRect(x, y, width, height, radius) {
    const arc = (dx, dy) => `a${short(radius)} ${short(radius)} 0 0 1 ${short(dx)} ${short(dy)}`;
    const [across, down] = [short(width - 2 * radius), short(height - 2 * radius)];
    this.#path += `M${short(x + radius)} ${short(y)}h${across}${arc(radius, radius)}v${down}${arc(-radius, radius)}h-${across}${arc(-radius, -radius)}v-${down}${arc(radius, -radius)}z`;
  }
  fill() {
    const alpha = this.#state.globalAlpha;
    this.body += `<path d="${this.#path}" fill="${this.#paint(this.#state.fillStyle)}"${alpha < 1 ? ` fill-opacity="${short(alpha)}"` : ""}/>`;
  }
  stroke() {
    const { strokeStyle, lineWidth, lineCap, lineJoin, dash, globalAlpha } = this.#state;
    this.body += `<path d="${this.#path}" fill="none" stroke="${this.#paint(strokeStyle)}" stroke-width="${short(lineWidth)}" stroke-linecap="${lineCap}" stroke-linejoin="${lineJoin}"${dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : ""}${globalAlpha < 1 ? ` stroke-opacity="${short(globalAlpha)}"` : ""}/>`;
  }
  fillRect(...box) {
    const before = this.#path;
    this.#path = "";
    this.rect(...box);
    this.fill();
    this.#path = before;
  }
  clip() {
    const id = this.#name();
    this.definitions += `<clipPath id="${id}"><path d="${this.#path}"/></clipPath>`;
    this.body += `<g clip-path="url(#${id})">`;
    this.#state.groups += 1;
  }
  createLinearGradient(x1, y1, x2, y2) {
    const stops = [];
    return { stops, line: [x1, y1, x2, y2].map(short), addColorStop: (at, colour) => stops.push([at, colour]) };
  }

  #paint(style) {
    if (typeof style === "string") return style;
    const id = this.#name();
    const [x1, y1, x2, y2] = style.line;
    const stops = style.stops.map(([at, colour]) => `<stop offset="${at}" stop-color="${colour}"/>`).join("");
    this.definitions += `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}">${stops}</linearGradient>`;
    return `url(#${id})`;
  }
  #name() {
    this.#count += 1;
    return `${this.#prefix}-${this.#count}`;
  }
}

/** Draws everything there is. `word` says a state for people. */
export function draw(page, canvas, { title, summary, clock, word }) {
  const { pools, nodesByState } = page.simulator().snapshot();
  const style = getComputedStyle(document.body);
  const colour = (name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const value = getComputedStyle(probe).color;
    probe.remove();
    return value;
  };
  const [ground, text, mute] = ["panel", "text", "mute"].map(colour);

  const looks = new Map();
  const look = (state, source, permille) => {
    const level = Math.round((permille / 1000) * LEVELS);
    const id = `${state}-${source}-${level}`;
    if (!looks.has(id)) {
      const recorder = new Recorder(id);
      page.draw(recorder, canvas, state, source, level / LEVELS, CELL);
      looks.set(id, `${recorder.definitions}<g id="${id}">${recorder.body}</g>`);
    }
    return id;
  };
  const cell = (id, x, y) => `<use href="#${id}" x="${x}" y="${y}"/>`;
  const line = (x, y, words, fill = text, more = "") => `<text x="${x}" y="${y}" fill="${fill}"${more}>${escaped(words)}</text>`;

  const most = Math.max(1, ...pools.map((pool) => pool.nodes.length));
  const columns = Math.min(Math.max(Math.ceil(Math.sqrt(most * 2.4)), 14), 60);
  const width = Math.max(columns * PITCH, 560) + 2 * MARGIN;
  let y = MARGIN + 16;
  let body = line(MARGIN, y, title, text, ' font-size="18" font-weight="650"') + line(width - MARGIN, y, clock, mute, ' text-anchor="end"');
  y += 24;
  body += line(MARGIN, y, summary, mute);
  for (const pool of pools) {
    y += 38;
    const what = `${pool.scaleDownMode} · ${pool.mode} · ${pool.vmSize} · ${pool.nodes.length} nodes`;
    body += line(MARGIN, y, pool.name, text, ' font-weight="650"') + line(MARGIN + 110, y, what, mute);
    y += 12;
    pool.nodes.forEach((node, place) => {
      const id = look(node.state, node.source, node.state === "ready" ? Math.min(node.fillPermille, 1000) : node.progressPermille);
      body += cell(id, MARGIN + (place % columns) * PITCH, y + Math.floor(place / columns) * PITCH);
    });
    y += Math.ceil(pool.nodes.length / columns) * PITCH;
  }
  y += 28;
  let x = MARGIN;
  for (const [state, count] of Object.entries(nodesByState).filter(([, count]) => count > 0)) {
    const words = `${word(state)} ${count}`;
    const room = CELL + 18 + words.length * 8;
    if (x + room > width - MARGIN) [x, y] = [MARGIN, y + PITCH + 4];
    body += cell(look(state, "new", 600), x, y) + line(x + CELL + 8, y + 22, words);
    x += room;
  }
  const height = y + CELL + MARGIN;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(style.fontFamily)}" font-size="14" role="img"><title>${escaped(`${title}: ${summary}`)}</title><defs>${[...looks.values()].join("")}</defs><rect width="100%" height="100%" fill="${ground}"/>${body}</svg>`;
}

/** The drawing as pixels. */
export async function toPng(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  // Twice as fine, as far as browsers have canvases.
  const scale = Math.min(2, 8_000 / Math.max(image.width, image.height));
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}
