import { describeGradients } from "../../src/testing/conformance.js";
describeGradients();
