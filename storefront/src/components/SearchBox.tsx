import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";

import type { Suggestion } from "../api/config";
import { suggestionsQuery } from "../api/queries";
import { count, plural } from "../format";
import { texts } from "../texts";
import { Icon } from "./icons";
import { Image } from "./Image";
import styles from "./layout.module.css";
import { classes, ui } from "./ui";

const PAUSE = 120; // milliseconds without a key before suggestions are requested

/** The search field with suggestions: a combobox with a list (ARIA Authoring Practices). */
export function SearchBox() {
  const [params] = useSearchParams();
  const { pathname } = useLocation();
  const searched = pathname === "/search" ? (params.get("search") ?? "") : "";
  // A search elsewhere, such as with the back button, replaces the text.
  return <SearchField key={searched} searched={searched} />;
}

function SearchField({ searched }: { searched: string }) {
  const navigate = useNavigate();
  const id = useId();
  const box = useRef<HTMLFormElement>(null);
  const [text, setText] = useState(searched);
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const asked = useDelayed(text.trim(), PAUSE);
  const { data: suggestions = [] } = useQuery({
    ...suggestionsQuery(asked),
    enabled: isOpen && asked.length > 1,
    placeholderData: keepPreviousData,
    retry: false,
  });
  const options = isOpen && text.trim().length > 1 ? suggestions : [];

  useEffect(() => {
    const closeOutside = (event: PointerEvent) => {
      if (event.target instanceof Node && !box.current?.contains(event.target)) setIsOpen(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, []);

  const open = (target: string) => {
    setIsOpen(false);
    setActive(-1);
    void navigate(target);
  };

  const press = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setIsOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      // -1 is the text itself.
      setActive(((active + 1 + step + options.length + 1) % (options.length + 1)) - 1);
    } else if (event.key === "Escape" && options.length > 0) {
      // The browser would clear the text.
      event.preventDefault();
      setIsOpen(false);
      setActive(-1);
    } else if (event.key === "Tab") {
      setIsOpen(false);
    }
  };

  const chosen = options[active];
  return (
    <form
      ref={box}
      role="search"
      className={styles.search}
      onSubmit={(event) => {
        event.preventDefault();
        open(chosen ? targetOf(chosen) : targetOfText(text.trim()));
      }}
    >
      <button type="submit" className={classes(ui.iconButton, styles.searchIcon)}>
        <Icon name="search" />
        <span className={ui.hidden}>{texts.search.button}</span>
      </button>
      <input
        type="search"
        role="combobox"
        aria-label={texts.search.label}
        aria-expanded={options.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={chosen ? `${id}-${active}` : undefined}
        autoComplete="off"
        enterKeyHint="search"
        placeholder={texts.search.placeholder}
        maxLength={200}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setIsOpen(true);
          setActive(-1);
        }}
        onKeyDown={press}
      />
      <ul
        id={`${id}-list`}
        role="listbox"
        aria-label={texts.search.suggestions}
        hidden={options.length === 0}
        className={styles.options}
      >
        {options.map((option, index) => (
          <li
            key={`${option.type}-${option.slug ?? option.id ?? option.name}`}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className={styles.option}
            onPointerMove={() => setActive(index)}
            onClick={() => open(targetOf(option))}
          >
            {option.image ? (
              <Image
                src={option.image}
                srcSet={option.image_srcset ?? undefined}
                sizes="40px"
                alt=""
                loading="lazy"
                width="40"
                height="40"
              />
            ) : (
              <span className={styles.noImage}>
                <Icon name="search" />
              </span>
            )}
            <span className={classes(styles.optionName, ui.ownText)}>{option.name}</span>
            <span className={classes(ui.small, ui.muted)}>{detailOf(option)}</span>
          </li>
        ))}
      </ul>
      <span className={ui.hidden} role="status">
        {options.length > 0 && plural(options.length, texts.search.suggestionCount)}
      </span>
    </form>
  );
}

function targetOfText(text: string): string {
  return text ? `/search?search=${encodeURIComponent(text)}` : "/search";
}

function targetOf(option: Suggestion): string {
  if (option.type === "product" && option.id) return `/product/${option.id}`;
  if (option.type === "category" && option.slug) return `/category/${option.slug}`;
  return `/search?brand=${encodeURIComponent(option.name)}`;
}

function detailOf(option: Suggestion): string {
  if (option.type === "product") return "";
  const kind = option.type === "category" ? texts.search.category : texts.search.brand;
  return `${kind} · ${count(option.count)}`;
}

function useDelayed(value: string, delay: number): string {
  const [delayed, setDelayed] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setDelayed(value), delay);
    return () => window.clearTimeout(timer);
  }, [value, delay]);
  return delayed;
}
