// The page: its rooms, each of which draws itself.
import "./chat/opening.js";
import "./chat/ways.js";
import "./side/foot.js"; // before who tells it
import "./side/conversations.js";
import "./side/drawer.js";
import "./documents/room.js";
import "./source/view.js";
