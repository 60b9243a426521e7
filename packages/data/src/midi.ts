/** @file `@gen/data/midi`: pieces to and from Standard MIDI Files, by the package `midi-file`. */
import { GenError, messageOf } from "@gen/core";
import { parseMidi as parseEvents, writeMidi, type MidiEvent } from "midi-file";
import { notesOf, pieceOf, type Note } from "./notes.js";
import type { Piece } from "./piano-rolls.js";

/** One line of a score. */
export interface Track {
  readonly piece: Piece;
  readonly name?: string;
  /** Instrument by its number in General MIDI, from 0: 0 a piano, 19 an organ, 52 a choir. @default 0 */
  readonly program?: number;
}

export interface MidiOptions {
  /** Steps of a quarter note. @default 1 */
  readonly stepsPerQuarter?: number;
  /** Quarter notes a minute. @default 120 */
  readonly tempo?: number;
}

/** Ticks of a quarter note in files that are written. */
const TICKS = 480;
const VELOCITY = 80;
/** Steps that nobody needs more of. */
const LONGEST = 2 ** 20;
/** Of the sixteen channels, that of drums. */
const DRUMS = 9;

/**
 * The bytes of a MIDI file in which each track is one of its own.
 *
 * @throws GenError `data` without tracks or for a pitch outside 0 … 127, `range` for options that cannot be
 */
export function encodeMidi(
  tracks: readonly Track[],
  { stepsPerQuarter = 1, tempo = 120 }: MidiOptions = {},
): Uint8Array {
  if (tracks.length === 0) throw new GenError("data", "encodeMidi: expected tracks, got none");
  const step = TICKS / stepsPerQuarter;
  if (!Number.isInteger(step) || !(tempo >= 4) || !(tempo <= 1000))
    throw new GenError(
      "range",
      `encodeMidi: expected stepsPerQuarter that divides ${TICKS} and a tempo from 4 to 1000, got ${stepsPerQuarter} and ${tempo}`,
    );
  const start: MidiEvent[] = [
    { deltaTime: 0, meta: true, type: "setTempo", microsecondsPerBeat: Math.round(60e6 / tempo) },
    END,
  ];
  const own = tracks.map((track, i) => eventsOf(track, { channel: channelOf(i), step }));
  const header = { format: 1, numTracks: own.length + 1, ticksPerBeat: TICKS } as const;
  return Uint8Array.from(writeMidi({ header, tracks: [start, ...own] }));
}

const END: MidiEvent = { deltaTime: 0, meta: true, type: "endOfTrack" };

/** Around the channel of drums, and round again. */
function channelOf(track: number): number {
  const at = track % 15;
  return at < DRUMS ? at : at + 1;
}

function eventsOf(
  { piece, name, program = 0 }: Track,
  { channel, step }: { readonly channel: number; readonly step: number },
): MidiEvent[] {
  if (!Number.isInteger(program) || program < 0 || program > 127)
    throw new GenError("range", `encodeMidi: expected a program from 0 to 127, got ${program}`);
  const changes = notesOf(piece).flatMap(({ pitch, start, length }) => {
    if (!Number.isInteger(pitch) || pitch < 0 || pitch > 127)
      throw new GenError("data", `encodeMidi: step ${start}: expected a pitch from 0 to 127, got ${pitch}`);
    return [
      { at: start * step, isOn: true, pitch },
      { at: (start + length) * step, isOn: false, pitch },
    ];
  });
  changes.sort((a, b) => a.at - b.at || Number(a.isOn) - Number(b.isOn) || a.pitch - b.pitch); // off before on
  const sounding = changes.map(({ at, isOn, pitch }, i): MidiEvent => ({
    deltaTime: at - (changes[i - 1]?.at ?? 0),
    type: isOn ? "noteOn" : "noteOff",
    channel,
    noteNumber: pitch,
    velocity: isOn ? VELOCITY : 0,
  }));
  const title: MidiEvent[] = name === undefined ? [] : [{ deltaTime: 0, meta: true, type: "trackName", text: name }];
  const voice: MidiEvent = { deltaTime: 0, type: "programChange", channel, programNumber: program };
  const rest = piece.length * step - (changes.at(-1)?.at ?? 0); // silence at the end counts
  return [...title, voice, ...sounding, { ...END, deltaTime: Math.max(0, rest) }];
}

export interface ParseMidiOptions {
  /** What errors call it. */
  readonly file: string;
  /** Steps of a quarter note; starts and ends go to the nearest, and each note lasts a step at least. @default 4 */
  readonly stepsPerQuarter?: number;
}

/** What a MIDI file says, in steps. */
export interface Score {
  /** Those with notes; all of one length. */
  readonly tracks: readonly Track[];
  /** Quarter notes a minute, as it begins. */
  readonly tempo: number;
}

/**
 * The tracks of a MIDI file. Drums are left out, and so is how loud a note is and what bends it.
 *
 * @throws GenError `format` for what is not a MIDI file, or counts in seconds and not in beats
 */
export function parseMidi(bytes: Uint8Array, { file, stepsPerQuarter = 4 }: ParseMidiOptions): Score {
  if (!(stepsPerQuarter > 0))
    throw new GenError("range", `parseMidi: expected stepsPerQuarter above 0, got ${stepsPerQuarter}`);
  let score: ReturnType<typeof parseEvents>;
  try {
    score = parseEvents(bytes);
  } catch (cause) {
    throw new GenError("format", `${file}: expected a MIDI file, got ${bytes.length} bytes: ${messageOf(cause)}`, {
      cause,
    });
  }
  const { ticksPerBeat, numTracks } = score.header;
  if (score.tracks.length < numTracks || score.tracks.some((events) => events.at(-1)?.type !== "endOfTrack"))
    throw new GenError("format", `${file}: expected ${numTracks} whole tracks, got a file that is cut off`);
  if (ticksPerBeat === undefined || ticksPerBeat < 1)
    throw new GenError("format", `${file}: expected a file that counts in beats, got one that counts in seconds`);
  const read = score.tracks.map((events) =>
    readTrack(events, (ticks) => Math.round((ticks * stepsPerQuarter) / ticksPerBeat)),
  );
  const length = Math.max(0, ...read.map(({ steps }) => steps));
  if (length > LONGEST)
    throw new GenError("format", `${file}: expected at most ${LONGEST} steps, got ${length}`, {
      fix: "set a smaller stepsPerQuarter",
    });
  const tracks = read
    .filter(({ notes }) => notes.length > 0)
    .map(({ notes, name, program }) => ({ piece: pieceOf(notes, length), program, ...(name !== "" && { name }) }));
  return {
    tracks,
    tempo:
      score.tracks
        .flat()
        .map(tempoOf)
        .find((tempo) => tempo > 0) ?? 120,
  };
}

interface ReadTrack {
  readonly notes: readonly Note[];
  readonly name: string;
  readonly program: number;
  /** Where it ends. */
  readonly steps: number;
}

function readTrack(events: readonly MidiEvent[], stepOf: (ticks: number) => number): ReadTrack {
  const notes: Note[] = [];
  const begun = new Map<number, number>(); // step in which a pitch began
  let [ticks, steps, name, program] = [0, 0, "", 0];
  for (const event of events) {
    ticks += event.deltaTime;
    steps = Math.max(steps, stepOf(ticks));
    if (event.type === "trackName") name = event.text;
    if ("channel" in event && event.channel === DRUMS) continue;
    if (event.type === "programChange") program = event.programNumber;
    if (event.type !== "noteOn" && event.type !== "noteOff") continue;
    const [pitch, at] = [event.noteNumber, begun.get(event.noteNumber)];
    if (at !== undefined) {
      const length = Math.max(1, stepOf(ticks) - at);
      notes.push({ pitch, start: at, length });
      steps = Math.max(steps, at + length);
      begun.delete(pitch);
    }
    if (event.type === "noteOn" && event.velocity > 0) begun.set(pitch, stepOf(ticks));
  }
  return { notes, name, program, steps };
}

const tempoOf = (event: MidiEvent): number => (event.type === "setTempo" ? 60e6 / event.microsecondsPerBeat : 0);
