/** @file A button that takes a file, chosen or dropped on it. */
import { useId, useState, type DragEvent } from "react";

export interface FileButtonProps {
  readonly label: string;
  /** Endings, as `.zip,.onnx`. */
  readonly accept: string;
  readonly isMultiple?: boolean;
  readonly disabled?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

export function FileButton({ label, accept, isMultiple = false, disabled = false, onFiles }: FileButtonProps) {
  const id = useId();
  const [isOver, setOver] = useState(false);
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (!disabled && files.length > 0) onFiles(isMultiple ? files : files.slice(0, 1));
  };
  return (
    <div
      className={isOver ? "file over" : "file"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        id={id}
        type="file"
        accept={accept}
        multiple={isMultiple}
        disabled={disabled}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = ""; // the same file may be chosen again
          if (files.length > 0) onFiles(files);
        }}
      />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}
