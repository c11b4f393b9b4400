import type { ReactNode } from 'react';

/** The page's own line icons on a 24 × 24 grid; decoration only, so they are hidden from readers. */
const PATHS = {
  search: <path d="M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14Zm5.2 12.2L21 21" />,
  sun: (
    <path d="M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm0-5v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4" />
  ),
  moon: <path d="M20 14.5A8.5 8.5 0 1 1 9.5 4a7 7 0 0 0 10.5 10.5Z" />,
  screen: <path d="M3 5h18v11H3zM9 20h6m-3-4v4" />,
  keyboard: <path d="M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10m2-4h-.01" />,
  empty: (
    <path d="M12 4a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM5.5 16a2 2 0 1 1 0 4 2 2 0 0 1 0-4Zm13 0a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM11 8l-4.5 8M13 8l4.5 8M8 18h8" />
  ),
  failed: <path d="M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.5v.01" />,
  lock: <path d="M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3" />,
  link: (
    <path d="M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1" />
  ),
  download: <path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M4 20h16" />,
  undo: <path d="M8.5 5 4 9.5 8.5 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-4" />,
  redo: <path d="M15.5 5 20 9.5 15.5 14M20 9.5H10a5.5 5.5 0 0 0 0 11h4" />,
  reset: <path d="M4.5 12a7.5 7.5 0 1 0 2.2-5.3L4 9.5M4 4v5.5h5.5" />,
  fit: <path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />,
  plus: <path d="M12 5v14M5 12h14" />,
  minus: <path d="M5 12h14" />,
  force: (
    <path d="M12 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM4.5 4.5l5.5 5.5M19.5 4.5 14 10M4.5 19.5 10 14m9.5 5.5L14 14" />
  ),
  circles: <path d="M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z" />,
  spread: <path d="M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM14 14h5v5h-5z" />,
  stop: <path d="M6 6h12v12H6z" />,
  left: <path d="m14.5 5-7 7 7 7" />,
  right: <path d="m9.5 5 7 7-7 7" />,
  down: <path d="m5 9.5 7 7 7-7" />,
  close: <path d="m6 6 12 12M18 6 6 18" />,
  pin: <path d="M9 4h6l-1 6 3 3H7l3-3-1-6Zm3 9v7" />,
  hide: (
    <path d="M4 4l16 16M9.9 5.8A9.6 9.6 0 0 1 12 5.5c5 0 8.5 4.2 9.5 6.5-.4 1-1.3 2.4-2.7 3.6M6.2 7.7C4.3 9 3 10.8 2.5 12c1 2.3 4.5 6.5 9.5 6.5 1.5 0 2.9-.4 4.1-1" />
  ),
  profile: <path d="M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20a7.5 7.5 0 0 1 15 0" />,
  filter: <path d="M4 6h16M7 12h10M10 18h4" />,
  help: (
    <path d="M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17Zm-2.5 6.5a2.5 2.5 0 1 1 3.7 2.2c-.8.4-1.2.9-1.2 1.8m0 2.5v.01" />
  ),
  warning: <path d="M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 8v5m0 2.5v.01" />,
} satisfies Record<string, ReactNode>;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={size > 24 ? 1.2 : 1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {PATHS[name]}
    </svg>
  );
}

/** The mark of the product: three people around one place. */
export function Mark({ size = 26 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1d4f91" />
      <circle
        cx="16"
        cy="16"
        r="9"
        fill="none"
        stroke="#fff"
        strokeWidth="2"
        strokeDasharray="10 4.14"
      />
      <circle cx="16" cy="7" r="2.6" fill="#fff" />
      <circle cx="8.2" cy="20.5" r="2.6" fill="#fff" />
      <circle cx="23.8" cy="20.5" r="2.6" fill="#fff" />
      <rect x="13" y="13" width="6" height="6" rx="1.2" fill="#ffb454" />
    </svg>
  );
}
