// A player as a coloured disc with an initial.

/** The first letter (as people count them) of the name; a bot has its number. */
export function Avatar({ name, colour }: { name: string; colour: string }) {
  const initial = /^Bot (\d)/.exec(name)?.[1] ?? Array.from(name)[0]?.toUpperCase() ?? '';
  return (
    <span class={`avatar ${colour}`} aria-hidden="true">
      {initial}
    </span>
  );
}
