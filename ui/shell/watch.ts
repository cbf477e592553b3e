import '../player/player.ts';
