// The only script of the page: puts what the server sends into place. Without it the page is complete, and does not move.

const main = document.querySelector('main');
const lost = document.getElementById('lost');
/** What the server sent last for a part; what is shown may have open folds. */
const sentFor = new WeakMap<Element, string>();

if (main?.dataset.live) follow(main, main.dataset.live);

function follow(place: HTMLElement, address: string): void {
  const source = new EventSource(address);
  source.addEventListener('open', () => lost?.toggleAttribute('hidden', true));
  source.addEventListener('error', () => lost?.toggleAttribute('hidden', false));
  source.addEventListener('main', ({ data }) => update(place, data));
  source.addEventListener('end', () => source.close());
}

/** Replaces the parts that have changed, by their ids. One in which somebody types or reads a fold stays usable. */
function update(place: HTMLElement, html: string): void {
  const sent = document.createElement('template');
  sent.innerHTML = html;
  let before: Element | null = null;
  for (const part of [...sent.content.children]) {
    const known: HTMLElement | null = part.id ? place.querySelector(`:scope > [id="${CSS.escape(part.id)}"]`) : null;
    const stays = known && (isInUse(known) || (sentFor.get(known) ?? known.outerHTML) === part.outerHTML);
    const shown: HTMLElement = stays ? known : (part as HTMLElement);
    if (!stays) {
      sentFor.set(shown, part.outerHTML);
      if (known) keepFolds(known, shown);
      const focused = known?.contains(document.activeElement) ? document.activeElement?.id : '';
      known?.replaceWith(shown);
      // Whoever moves by keyboard stays where they are.
      if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    }
    if (before ? before.nextElementSibling !== shown : place.firstElementChild !== shown)
      before ? before.after(shown) : place.prepend(shown);
    before = shown;
  }
  while (before?.nextElementSibling) before.nextElementSibling.remove();
}

/** Somebody is about to send what a form holds. */
const isInUse = (part: HTMLElement): boolean => part.querySelector('details[open] form') !== null;

/** Folds have no ids; within a part they keep their order. */
function keepFolds(old: HTMLElement, fresh: HTMLElement): void {
  const open = [...old.querySelectorAll('details')].map((fold) => fold.open);
  fresh.querySelectorAll('details').forEach((fold, index) => {
    fold.open = open[index] ?? false;
  });
}
